/* SPDX-License-Identifier: Apache-2.0 */
/* The walkers over the generated tables, with the real types: what is read, refused and written. */
#include "codec/json.h"
#include "types/disk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- refused, with the field's path ---- */

static void refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"HostConfig\":{\"Memory\":\"x\"}}",
		  "HostConfig.Memory: expected a number, got a string" },
		{ "{\"HostConfig\":{\"Memory\":1.5}}",
		  "HostConfig.Memory: expected a whole number, got 1.5" },
		{ "{\"HostConfig\":{\"Memory\":[]}}",
		  "HostConfig.Memory: expected a number, got a list" },
		{ "{\"hostconfig\":{\"blkioweight\":65536}}",
		  "HostConfig.BlkioWeight: 65536 is out of range" },
		{ "{\"HostConfig\":{\"BlkioWeight\":-1}}",
		  "HostConfig.BlkioWeight: -1 is out of range" },
		{ "{\"HostConfig\":{\"OomScoreAdj\":2147483648}}",
		  "HostConfig.OomScoreAdj: 2147483648 is out of range" },
		{ "{\"Env\":[\"A=1\",2]}", "Env[1]: expected a string, got a number" },
		{ "{\"Env\":\"A=1\"}", "Env: expected a list, got a string" },
		{ "{\"Tty\":1}", "Tty: expected true or false, got a number" },
		{ "{\"Labels\":{\"a\":{}}}", "Labels.a: expected a string, got an object" },
		{ "{\"Labels\":[]}", "Labels: expected an object, got a list" },
		{ "{\"Volumes\":{\"/v\":true}}", "Volumes./v: expected an empty object, got true" },
		{ "{\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":80}]}}}",
		  "HostConfig.PortBindings.80/tcp[0].HostPort: expected a string, got a number" },
		{ "{\"Image\":\"a\\u0000b\"}", "Image: a string may not hold a zero byte" },
		{ "[]", "expected an object, got a list" },
		{ "{\"Image\":\"a\",\"image\":\"b\",\"Image\":\"c\"}",
		  "'image' and 'Image' are the same key: give it once" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct container_create_request request = { 0 };
		struct json_error why = { "" };

		assert_int_equal(json_decode(&container_create_request_json,
					     str_slice(rows[i].text), 55, &a, &request, &why),
				 -EINVAL);
		assert_string_equal(why.text, rows[i].why);
	}
}

static void refuses_what_is_not_json(void **state)
{
	static const char *const rows[] = { "",	   "{",		"{} x", "{\"Image\":\"\xff\"}",
					    "nul", "{\"a\":01}" };

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct container_create_request request = { 0 };
		struct json_error why = { "" };

		assert_int_equal(json_decode(&container_create_request_json, str_slice(rows[i]), 55,
					     &a, &request, &why),
				 -EINVAL);
		assert_true(str_starts_with(str_slice(why.text), "line "));
	}
}

static void refuses_depth_and_number(void **state)
{
	auto_(buf_done) struct buf deep = BUF_INIT, many = BUF_INIT;
	struct json_error why;

	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buf_char(&deep, '[');
	assert_int_equal(json_scan(buf_view(&deep), &why), 0);
	buf_str(&deep, "\"\\\"[[[[\"");
	assert_int_equal(json_scan(buf_view(&deep), &why), 0);
	buf_char(&deep, '[');
	assert_int_equal(json_scan(buf_view(&deep), &why), -EINVAL);
	assert_string_equal(why.text, "nested too deep: at most 64 levels are read");

	for (int i = 0; i <= JSON_VALUES_MAX; i++)
		buf_str(&many, "0,");
	assert_int_equal(json_scan(buf_view(&many), &why), -EINVAL);
}

/* ---- read ---- */

static struct container_create_request *decode(struct arena *a, const char *text, unsigned version)
{
	struct container_create_request *request = arena_new(a, struct container_create_request);
	struct json_error why = { "" };

	assert_non_null(request);
	if (json_decode(&container_create_request_json, str_slice(text), version, a, request, &why))
		fail_msg("%s: %s", text, why.text);
	return request;
}

static void reads_a_request(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	const struct container_create_request *r = decode(
		&a,
		"{\"Image\":\"busybox\",\"Cmd\":\"true\",\"Entrypoint\":[\"/bin/sh\",\"-c\"],"
		"\"Env\":[],\"ExposedPorts\":{\"80/tcp\":{},\"443/tcp\":{}},\"StopTimeout\":0,"
		"\"Unknown\":{\"x\":[1,2]},\"Healthcheck\":{\"Test\":[\"NONE\"],\"Interval\":1000000},"
		"\"Labels\":{\"b\":\"2\",\"a\":\"1\"},"
		"\"HostConfig\":{\"Memory\":33554432,\"NanoCpus\":500000000,\"ConsoleSize\":[24,80],"
		"\"Init\":true,\"OomKillDisable\":false,\"Tmpfs\":null,"
		"\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}],\"81/tcp\":null},"
		"\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1024,\"Hard\":2048}]},"
		"\"NetworkingConfig\":{\"EndpointsConfig\":{\"net\":null}}}",
		55);
	const struct host_config *host = r->host_config;

	assert_string_equal(r->image, "busybox");
	assert_string_equal(r->container_config.image, "busybox");
	assert_int_equal(r->cmd.len, 1);
	assert_string_equal(r->cmd.items[0], "true");
	assert_int_equal(r->entrypoint.len, 2);
	assert_non_null(r->env.items);
	assert_int_equal(r->env.len, 0);
	assert_null(r->shell.items);
	assert_int_equal(r->exposed_ports.len, 2);
	assert_string_equal(r->exposed_ports.items[0], "443/tcp"); /* sorted */
	assert_true(string_set_has(&r->exposed_ports, "80/tcp"));
	assert_true(r->stop_timeout.set);
	assert_int_equal(r->healthcheck->interval, 1000000);
	assert_string_equal(string_map_get(&r->labels, "b"), "2");
	assert_null(string_map_get(&r->labels, "c"));
	assert_int_equal(host->memory, 33554432);
	assert_int_equal(host->resources.memory, 33554432);
	assert_int_equal(host->console_size[1], 80);
	assert_true(host->init.set && host->init.value);
	assert_true(host->oom_kill_disable.set && !host->oom_kill_disable.value);
	assert_false(host->pids_limit.set);
	assert_null(host->tmpfs.items);
	assert_int_equal(host->port_bindings.len, 2);
	assert_string_equal(host->port_bindings.items[0].value.items[0].host_port, "8080");
	assert_null(host->port_bindings.items[1].value.items);
	assert_int_equal(host->ulimits.items[0].hard, 2048);
	assert_int_equal(r->networking_config->endpoints_config.len, 1);
}

static void matches_keys_as_go_does(void **state)
{
	static const struct {
		const char *text, *image;
	} rows[] = {
		{ "{\"IMAGE\":\"a\"}", "a" },
		{ "{\"Image\":\"a\",\"image\":\"b\"}", "b" },
		{ "{\"image\":\"b\",\"Image\":\"a\"}", "a" },
		{ "{\"Image\":\"a\",\"Image\":\"b\"}", "b" },
		{ "{\"Image\":\"a\",\"image\":null}", "a" },
		{ "{\"Imag\":\"a\"}", NULL },
		{ "{\"Images\":\"a\"}", NULL },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		const char *image = decode(&a, rows[i].text, 55)->image;

		assert_true(cstr_eq(image, rows[i].image));
	}
}

static void folds_beyond_ascii(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct container_create_request *r =
		decode(&a, "{\"Ho\u017ftname\":\"h\",\"Networ\u212aDisabled\":true}", 55);

	assert_string_equal(r->hostname, "h");
	assert_true(r->network_disabled);
}

static void reads_by_version(void **state)
{
	static const char text[] = "{\"MacAddress\":\"02:42:ac:11:00:02\",\"HostConfig\":"
				   "{\"Annotations\":{\"a\":\"b\"},\"KernelMemory\":5}}";
	auto_(arena_done) struct arena a = ARENA_INIT;

	assert_int_equal(decode(&a, text, 42)->host_config->annotations.len, 0);
	assert_int_equal(decode(&a, text, 43)->host_config->annotations.len, 1);
	/* ended fields are still read, so that a handler can say so */
	assert_non_null(decode(&a, text, 55)->mac_address);
	assert_int_equal(decode(&a, text, 55)->host_config->kernel_memory, 5);
}

/* ---- written ---- */

static void assert_json(const struct json_type *t, const void *value, unsigned version,
			const char *expect)
{
	auto_(buf_done) struct buf out = BUF_INIT;

	json_encode(t, value, version, &out);
	assert_int_equal(buf_error(&out), 0);
	assert_string_equal(buf_cstr(&out), expect);
}

static void writes_null_and_empty(void **state)
{
	static const char *none[1];
	struct container_create_response created = { .id = "x" };
	struct container_update_response updated = { { NULL, 0 } };
	struct image_delete_item item = { .untagged = "a" };
	struct exec_inspect exec = { .id = "e" };

	assert_json(&container_create_response_json, &created, 55,
		    "{\"Id\":\"x\",\"Warnings\":[]}");
	assert_json(&container_update_response_json, &updated, 55, "{\"Warnings\":null}");
	updated.warnings.items = none;
	assert_json(&container_update_response_json, &updated, 55, "{\"Warnings\":[]}");
	assert_json(&image_delete_item_json, &item, 55, "{\"Untagged\":\"a\"}");
	assert_json(&exec_inspect_json, &exec, 55,
		    "{\"ID\":\"e\",\"Running\":false,\"ExitCode\":null,\"ProcessConfig\":null,"
		    "\"OpenStdin\":false,\"OpenStderr\":false,\"OpenStdout\":false,"
		    "\"CanRemove\":false,\"ContainerID\":\"\",\"DetachKeys\":\"\",\"Pid\":0}");
	exec.exit_code = (struct opt_int)OPT_SET(0);
	exec.process_config =
		&(struct exec_process){ .entrypoint = "sh", .privileged = OPT_SET(false) };
	assert_json(
		&exec_inspect_json, &exec, 55,
		"{\"ID\":\"e\",\"Running\":false,\"ExitCode\":0,\"ProcessConfig\":{\"tty\":false,"
		"\"entrypoint\":\"sh\",\"arguments\":[],\"privileged\":false},"
		"\"OpenStdin\":false,\"OpenStderr\":false,\"OpenStdout\":false,"
		"\"CanRemove\":false,\"ContainerID\":\"\",\"DetachKeys\":\"\",\"Pid\":0}");
}

static void writes_by_version(void **state)
{
	struct commit_view commit = { .id = "1", .expected = "2" };
	struct runtime_info runtime = { .path = "p",
					.status = { &(struct string_entry){ "k", "v" }, 1 } };
	struct health_config health = { .start_interval = 5, .retries = 1 };

	assert_json(&commit_view_json, &commit, 48, "{\"ID\":\"1\",\"Expected\":\"2\"}");
	assert_json(&commit_view_json, &commit, 49, "{\"ID\":\"1\"}");
	assert_json(&commit_view_json, &commit, JSON_VERSION_ANY,
		    "{\"ID\":\"1\",\"Expected\":\"2\"}");
	assert_json(&runtime_info_json, &runtime, 43, "{\"path\":\"p\"}");
	assert_json(&runtime_info_json, &runtime, 44, "{\"path\":\"p\",\"status\":{\"k\":\"v\"}}");
	assert_json(&health_config_json, &health, 43, "{\"Retries\":1}");
	assert_json(&health_config_json, &health, 44, "{\"StartInterval\":5,\"Retries\":1}");
}

static void omits_by_version(void **state)
{
	struct image_config config = { .env = { (const char *[]){ "A=1" }, 1 } };

	assert_json(&image_config_json, &config, 52, "{\"Env\":[\"A=1\"]}");
	assert_json(&image_config_json, &config, 50,
		    "{\"User\":\"\",\"Env\":[\"A=1\"],\"Cmd\":null,\"Volumes\":null,"
		    "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null}");
	assert_json(&image_config_json, &config, JSON_VERSION_ANY, "{\"Env\":[\"A=1\"]}");
	assert_json(
		&image_config_json, &config, 49,
		"{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,"
		"\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"
		"\"StdinOnce\":false,\"Env\":[\"A=1\"],\"Cmd\":null,\"Image\":\"\",\"Volumes\":null,"
		"\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null}");
}

static void writes_sorted_maps(void **state)
{
	struct string_entry entries[] = { { "b", "2" }, { "a", "<1>" }, { "B", "\xff" } };
	struct driver_data data = { .name = "d", .data = { entries, 3 } };
	struct volume_view volume = { .name = "v" };

	assert_json(&driver_data_json, &data, 55,
		    "{\"Name\":\"d\",\"Data\":{\"B\":\"\\ufffd\",\"a\":\"\\u003c1\\u003e\","
		    "\"b\":\"2\"}}");
	assert_json(&driver_data_json, &data, 55 | JSON_PLAIN,
		    "{\"Name\":\"d\",\"Data\":{\"B\":\"\\ufffd\",\"a\":\"<1>\",\"b\":\"2\"}}");
	assert_json(&volume_view_json, &volume, 55,
		    "{\"Driver\":\"\",\"Labels\":null,\"Mountpoint\":\"\",\"Name\":\"v\","
		    "\"Options\":null,\"Scope\":\"\"}");
}

static void writes_times(void **state)
{
	struct build_cache_record record = { .created_at = 1500000000 };
	struct health_result result = { 0 };

	assert_json(
		&build_cache_record_json, &record, 55,
		"{\"ID\":\"\",\"Type\":\"\",\"Description\":\"\",\"InUse\":false,\"Shared\":false,"
		"\"Size\":0,\"CreatedAt\":\"1970-01-01T00:00:01.5Z\",\"LastUsedAt\":null,"
		"\"UsageCount\":0}");
	assert_json(&health_result_json, &result, 55,
		    "{\"Start\":\"0001-01-01T00:00:00Z\",\"End\":\"0001-01-01T00:00:00Z\","
		    "\"ExitCode\":0,\"Output\":\"\"}");
}

/* ---- copies ---- */

static void copies_and_compares(void **state)
{
	static const char text[] =
		"{\"Image\":\"i\",\"Labels\":{\"a\":\"b\"},\"StopTimeout\":3,"
		"\"Volumes\":{\"/v\":{}},\"HostConfig\":{\"Mounts\":[{\"Type\":\"bind\","
		"\"Source\":\"/a\",\"Target\":\"/b\",\"BindOptions\":{\"Propagation\":\"rshared\"}}],"
		"\"ConsoleSize\":[1,2],\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"1\"}]}}}";
	auto_(arena_done) struct arena to = ARENA_INIT;
	auto_(buf_done) struct buf before = BUF_INIT, after = BUF_INIT;
	struct container_create_request copy;

	{
		auto_(arena_done) struct arena from = ARENA_INIT;
		struct container_create_request *request = decode(&from, text, 55);

		json_encode(&container_create_request_json, request, 55, &before);
		assert_int_equal(json_clone(&container_create_request_json, request, &to, &copy),
				 0);
		assert_true(json_same(&container_create_request_json, request, &copy));
		copy.host_config->console_size[0] = 7;
		assert_false(json_same(&container_create_request_json, request, &copy));
		copy.host_config->console_size[0] = 1;
	}
	json_encode(&container_create_request_json, &copy, 55, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
}

/* What is written at the version of files reads back as the same. */
static void goes_round(void **state)
{
	static const char text[] =
		"{\"created\":\"2024-01-02T03:04:05.678Z\",\"architecture\":\"amd64\",\"os\":\"linux\","
		"\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"],\"ArgsEscaped\":true},"
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:00\"]},"
		"\"history\":[{\"created_by\":\"RUN \\u003e\",\"empty_layer\":true}]}";
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct oci_image image = { 0 };

	assert_int_equal(json_decode(&oci_image_json, str_slice(text), JSON_VERSION_ANY, &a, &image,
				     NULL),
			 0);
	assert_json(&oci_image_json, &image, JSON_VERSION_ANY, text);
}

static void keeps_raw(void **state)
{
	static const char text[] = "{\"aux\":{\"ID\":\"sha256:0\",\"n\":[1,2.5,null]}}";
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct stream_message message = { 0 };

	assert_int_equal(json_decode(&stream_message_json, str_slice(text), 55, &a, &message, NULL),
			 0);
	assert_json(&stream_message_json, &message, 55, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_is_not_json),
		cmocka_unit_test(refuses_depth_and_number),
		cmocka_unit_test(reads_a_request),
		cmocka_unit_test(matches_keys_as_go_does),
		cmocka_unit_test(folds_beyond_ascii),
		cmocka_unit_test(reads_by_version),
		cmocka_unit_test(writes_null_and_empty),
		cmocka_unit_test(writes_by_version),
		cmocka_unit_test(omits_by_version),
		cmocka_unit_test(writes_sorted_maps),
		cmocka_unit_test(writes_times),
		cmocka_unit_test(copies_and_compares),
		cmocka_unit_test(goes_round),
		cmocka_unit_test(keeps_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
