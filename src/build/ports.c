/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the grammar of exposed ports. */
#include "build/ports.h"

#include "base/num.h"

enum { PORT_MAX = 65535 };

static const char *const protocols[] = { "tcp", "udp", "sctp" };

static const char *find_protocol(struct str_slice name)
{
	for (size_t i = 0; i < ELEMENTS(protocols); i++)
		if (str_eq_nocase(name, str_slice(protocols[i])))
			return protocols[i];
	return NULL;
}

/* "7000" or "7000-7010"; false when it is neither. */
static bool parse_range(struct str_slice text, uint32_t *ret_first, uint32_t *ret_last)
{
	struct str_slice last = text, first;

	if (!str_cut(&last, '-', &first))
		first = last;
	return num_parse_u32(first, PORT_MAX, ret_first) == 0 &&
	       num_parse_u32(last, PORT_MAX, ret_last) == 0 && *ret_first <= *ret_last;
}

int ports_add(struct str_slice spec, struct arena *a, struct build_words *ports, struct err *e)
{
	struct str_slice protocol = spec, port, host;
	const char *name = "tcp", *entry;
	uint32_t first, last;

	if (str_cut(&protocol, '/', &port))
		name = find_protocol(protocol);
	else
		port = spec;
	str_cut_last(&port, ':', &host);
	if (!port.len)
		return err_set(e, ERR_BAD_PARAMETER, "no port specified: %.100s<empty>", spec.ptr);
	if (!name)
		return err_set(e, ERR_BAD_PARAMETER, "invalid proto: %.100s", protocol.ptr);
	if (!parse_range(port, &first, &last))
		return err_set(e, ERR_BAD_PARAMETER, "invalid containerPort: %.*s",
			       (int)MIN(port.len, (size_t)100), port.ptr);
	for (uint32_t n = first; n <= last; n++) {
		entry = arena_printf(a, "%u/%s", n, name);
		if (!entry || build_words_add(ports, a, entry) < 0)
			return err_no_memory(e);
	}
	return 0;
}
