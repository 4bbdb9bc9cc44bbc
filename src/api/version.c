/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the answers to /_ping and /version. */
#include "api/version.h"

#include "api/router.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Headers by which clients choose what to speak; Source: Engine API 1.55, SystemPing. */
static const struct {
	const char *name, *value;
} ping_headers[] = {
	{ "Builder-Version", "1" }, /* the classic builder: clients send a tar to /build */
	{ "Swarm", "inactive" },
	{ "Cache-Control", "no-cache, no-store, must-revalidate" },
	{ "Pragma", "no-cache" },
};

int api_system_ping(struct call *c, struct err *e)
{
	bool head = str_is(http_method(c->x), "HEAD");
	int r = 0;

	for (size_t i = 0; i < ELEMENTS(ping_headers) && r == 0; i++)
		r = http_reply_header(c->x, ping_headers[i].name, str_slice(ping_headers[i].value),
				      e);
	if (r < 0)
		return r;
	return http_reply(c->x, 200, "text/plain; charset=utf-8", head ? STR_EMPTY : STR_LIT("OK"),
			  e);
}

const char *api_architecture(const char *machine)
{
	static const struct {
		const char *kernel, *go;
	} rows[] = {
		{ "x86_64", "amd64" },	  { "aarch64", "arm64" },   { "armv7l", "arm" },
		{ "i686", "386" },	  { "ppc64le", "ppc64le" }, { "s390x", "s390x" },
		{ "riscv64", "riscv64" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (strcmp(rows[i].kernel, machine) == 0)
			return rows[i].go;
	return machine;
}

static const char *minor_text(unsigned minor, char text[16])
{
	snprintf(text, 16, "1.%u", minor);
	return text;
}

/* What the answer is made of; texts live as long as this. */
struct version_texts {
	char newest[16], oldest[16];
	struct utsname host;
	struct string_entry details[6];
};

static void fill_details(const struct call *c, struct version_texts *t)
{
	const struct string_entry details[] = {
		{ "ApiVersion", t->newest },
		{ "Arch", api_architecture(t->host.machine) },
		{ "Experimental", c->api->experimental ? "true" : "false" },
		{ "KernelVersion", t->host.release },
		{ "MinAPIVersion", t->oldest },
		{ "Os", "linux" },
	};

	static_assert(sizeof(details) == sizeof(t->details), "room for each detail");
	memcpy(t->details, details, sizeof(details));
}

int api_system_version(struct call *c, struct err *e)
{
	struct version_texts t = { 0 };
	struct version_platform platform = { .name = "berth" };
	struct version_component component = {
		.name = "Engine",
		.version = BERTH_VERSION,
		.details = { t.details, ELEMENTS(t.details) },
	};
	struct system_version version = {
		.platform = &platform,
		.version = BERTH_VERSION,
		.api_version = minor_text(API_VERSION_NEWEST, t.newest),
		.min_api_version = minor_text(c->api->min_version, t.oldest),
		.os = "linux",
		.components = { &component, 1 },
		.kernel_version = t.host.release,
		.experimental = c->api->experimental,
	};

	if (uname(&t.host) < 0)
		return err_sys(e, errno, "cannot read the kernel's version");
	version.arch = api_architecture(t.host.machine);
	fill_details(c, &t);
	return call_reply(c, &version, e);
}
