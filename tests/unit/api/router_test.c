/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, versions and the texts by which clients know them. */
#include "api/router.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void finds(void **state)
{
	static const struct {
		const char *method, *path;
		enum operation_id op;
		unsigned version;
		const char *name;
	} rows[] = {
		{ "GET", "/_ping", OP_SYSTEM_PING, 55, "" },
		{ "HEAD", "/v1.40/_ping", OP_SYSTEM_PING_HEAD, 40, "" },
		{ "GET", "/v1.24/version", OP_SYSTEM_VERSION, 24, "" },
		{ "GET", "/v1.55/info", OP_SYSTEM_INFO, 55, "" },
		{ "GET", "/containers/json", OP_CONTAINER_LIST, 55, "" },
		{ "GET", "/containers/json/json", OP_CONTAINER_INSPECT, 55, "json" },
		{ "GET", "/v1.44/containers/abc/json", OP_CONTAINER_INSPECT, 44, "abc" },
		{ "DELETE", "/v1.44/containers/abc", OP_CONTAINER_DELETE, 44, "abc" },
		{ "POST", "/containers/a%2Fb/start", OP_CONTAINER_START, 55, "a/b" },
		{ "GET", "/images/json", OP_IMAGE_LIST, 55, "" },
		{ "GET", "/images/get", OP_IMAGE_GET_ALL, 55, "" },
		{ "GET", "/images/docker.io/library/busybox:latest/json", OP_IMAGE_INSPECT, 55,
		  "docker.io/library/busybox:latest" },
		{ "GET", "/images/localhost:5000/a/get", OP_IMAGE_GET, 55, "localhost:5000/a" },
		{ "DELETE", "/images/a/json", OP_IMAGE_DELETE, 55, "a/json" },
		{ "DELETE", "/images/sha256:00", OP_IMAGE_DELETE, 55, "sha256:00" },
		{ "POST", "/exec/x/start", OP_EXEC_START, 55, "x" },
		{ "GET", "/networks", OP_NETWORK_LIST, 55, "" },
		{ "GET", "/v1.30/networks/", OP_NETWORK_LIST, 30, "" },
		{ "GET", "/networks/a+b%20c", OP_NETWORK_INSPECT, 55, "a+b c" },
		{ "GET", "/volumes", OP_VOLUME_LIST, 55, "" },
		{ "GET", "/volumes/v1.2/x", OP_VOLUME_INSPECT, 55, "v1.2/x" },
		{ "POST", "/volumes/create", OP_VOLUME_CREATE, 55, "" },
		{ "POST", "/v1.25/containers/prune", OP_CONTAINER_PRUNE, 25, "" },
		{ "POST", "/v1.044/build", OP_IMAGE_BUILD, 44, "" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct err e = ERR_INIT;
		struct route route;

		if (router_find(str_slice(rows[i].method), str_slice(rows[i].path),
				API_VERSION_FLOOR, &a, &route, &e) < 0)
			fail_msg("%s %s: %s", rows[i].method, rows[i].path, e.message);
		assert_string_equal(route.op->name, operations[rows[i].op].name);
		assert_int_equal(route.version, rows[i].version);
		assert_string_equal(route.name, rows[i].name);
	}
}

#define TOO_OLD(v, min)                                                                      \
	"client version " v " is too old. Minimum supported API version is " min ", please " \
	"upgrade your client to a newer version"
#define TOO_NEW(v) "client version " v " is too new. Maximum supported API version is 1.55"

static void refuses(void **state)
{
	static const struct {
		const char *method, *path;
		unsigned min_version;
		enum err_kind kind;
		bool known, plain_text;
		const char *message;
	} rows[] = {
		{ "GET", "/", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "*", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/v1.44", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/v1.44/", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/v1.44/nothing", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/vx/info", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "HEAD", "/info", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "PUT", "/info", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "get", "/info", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/info/", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/containers//json", 24, ERR_NOT_FOUND, false, false, "page not found" },
		{ "GET", "/containers/%zz/json", 24, ERR_BAD_PARAMETER, false, false,
		  "invalid URL escape in path" },
		{ "GET", "/containers/%00/json", 24, ERR_BAD_PARAMETER, false, false,
		  "invalid URL escape in path" },
		{ "GET", "/v1.56/info", 24, ERR_BAD_PARAMETER, true, false, TOO_NEW("1.56") },
		{ "GET", "/v1.55.1/info", 24, ERR_BAD_PARAMETER, true, false, TOO_NEW("1.55.1") },
		{ "GET", "/v2/info", 24, ERR_BAD_PARAMETER, true, false, TOO_NEW("2") },
		{ "GET", "/v1.99999999999999999999/info", 24, ERR_BAD_PARAMETER, true, false,
		  TOO_NEW("1.99999999999999999999") },
		{ "GET", "/v1.39/info", 40, ERR_BAD_PARAMETER, true, false,
		  TOO_OLD("1.39", "1.40") },
		{ "GET", "/v1.23/info", 24, ERR_BAD_PARAMETER, true, true,
		  TOO_OLD("1.23", "1.24") },
		{ "GET", "/v1.23/info", 40, ERR_BAD_PARAMETER, true, true,
		  TOO_OLD("1.23", "1.40") },
		{ "GET", "/v1/info", 24, ERR_BAD_PARAMETER, true, true, TOO_OLD("1", "1.24") },
		{ "GET", "/v./info", 24, ERR_BAD_PARAMETER, true, true, TOO_OLD(".", "1.24") },
		{ "POST", "/v1.24/containers/prune", 24, ERR_BAD_PARAMETER, true, false,
		  "POST /containers/prune requires minimum API version 1.25" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct err e = ERR_INIT;
		struct route route;

		assert_true(router_find(str_slice(rows[i].method), str_slice(rows[i].path),
					rows[i].min_version, &a, &route, &e) < 0);
		assert_string_equal(e.message, rows[i].message);
		assert_int_equal(e.kind, rows[i].kind);
		assert_int_equal(route.known, rows[i].known);
		assert_int_equal(route.plain_text, rows[i].plain_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
