/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: kinds and their columns, messages cut but never overrun, prefixes, copies. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void table_says_what_docker_says(void **state)
{
	static const struct {
		enum err_kind kind;
		const char *name;
		int http, grpc, errnum;
	} rows[] = {
		{ ERR_NOT_MODIFIED, "not-modified", 304, 9, EALREADY },
		{ ERR_BAD_PARAMETER, "bad-parameter", 400, 3, EINVAL },
		{ ERR_NOT_FOUND, "not-found", 404, 5, ENOENT },
		{ ERR_CONFLICT, "conflict", 409, 9, EBUSY },
		{ ERR_NO_SPACE, "no-space", 500, 8, ENOSPC },
		{ ERR_NOT_IMPLEMENTED, "not-implemented", 501, 12, ENOSYS },
		{ ERR_UNAVAILABLE, "unavailable", 503, 14, EAGAIN },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(err_set(&e, rows[i].kind, "x"), -rows[i].errnum);
		assert_int_equal(err_errno(&e), -rows[i].errnum);
		assert_int_equal(e.kind, rows[i].kind);
		assert_int_equal(e.errnum, 0);
		assert_string_equal(err_kind_name(rows[i].kind), rows[i].name);
		assert_int_equal(err_kind_http_status(rows[i].kind), rows[i].http);
		assert_int_equal(err_kind_grpc_code(rows[i].kind), rows[i].grpc);
	}
	assert_string_equal(err_kind_name(ERR_KIND_COUNT), "unknown");
	assert_int_equal(err_kind_http_status((enum err_kind)9999), 500);
	assert_int_equal(err_kind_grpc_code(ERR_KIND_COUNT), 13);
}

static void every_failure_has_an_errno(void **state)
{
	for (enum err_kind kind = ERR_NONE + 1; kind < ERR_KIND_COUNT; kind++)
		assert_true(err_set(NULL, kind, "x") < 0);
}

static void system_errors_choose_their_kind(void **state)
{
	static const struct {
		int errnum;
		enum err_kind kind;
		const char *message;
	} rows[] = {
		{ ENOENT, ERR_NOT_FOUND, "cannot open 'f': No such file or directory" },
		{ ENOMEM, ERR_NO_MEMORY, "cannot open 'f': Cannot allocate memory" },
		{ ENOSPC, ERR_NO_SPACE, "cannot open 'f': No space left on device" },
		{ EDQUOT, ERR_NO_SPACE, "cannot open 'f': Disk quota exceeded" },
		{ ECANCELED, ERR_CANCELLED, "cannot open 'f': Operation canceled" },
		{ EBADMSG, ERR_DATA_LOSS, "cannot open 'f': Bad message" },
		{ EPERM, ERR_INTERNAL, "cannot open 'f': Operation not permitted" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(err_sys(&e, rows[i].errnum, "cannot open '%s'", "f"),
				 -rows[i].errnum);
		assert_int_equal(e.kind, rows[i].kind);
		assert_int_equal(e.errnum, rows[i].errnum);
		assert_int_equal(err_errno(&e), -rows[i].errnum);
		assert_string_equal(e.message, rows[i].message);
	}
}

static void kind_can_be_named(void **state)
{
	struct err e = ERR_INIT;

	assert_int_equal(err_sys_as(&e, ERR_BAD_PARAMETER, ENOENT, "%s", "no device"), -ENOENT);
	assert_int_equal(e.kind, ERR_BAD_PARAMETER);
	assert_int_equal(err_no_memory(&e), -ENOMEM);
	assert_int_equal(e.kind, ERR_NO_MEMORY);
	assert_int_equal(err_no_memory(NULL), -ENOMEM);
	assert_int_equal(err_sys(NULL, EIO, "x"), -EIO);
}

static void prefix_goes_before(void **state)
{
	struct err e = ERR_INIT;

	assert_int_equal(err_prefix(NULL, -EIO, "x"), -EIO);
	assert_true(err_set(&e, ERR_CONFLICT, "busy") < 0);
	e.exit_code = 126;
	assert_int_equal(err_prefix(&e, -EBUSY, "cannot stop '%s'", "web"), -EBUSY);
	assert_string_equal(e.message, "cannot stop 'web': busy");
	assert_int_equal(e.kind, ERR_CONFLICT);
	assert_int_equal(e.exit_code, 126);
}

static void long_messages_are_cut(void **state)
{
	struct {
		struct err e;
		char guard[16];
	} s = { 0 };
	char text[3000], guard[16];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(s.guard, 'g', sizeof(s.guard));
	memset(guard, 'g', sizeof(guard));
	assert_true(err_set(&s.e, ERR_INTERNAL, "%s", text) < 0);
	assert_int_equal(strlen(s.e.message), ERR_MESSAGE_MAX - 1);
	assert_int_equal(err_prefix(&s.e, -EIO, "%s", text), -EIO);
	assert_int_equal(err_prefix(&s.e, -EIO, "first"), -EIO);
	assert_memory_equal(s.e.message, "first: xxx", 10);
	assert_int_equal(err_sys(&s.e, EIO, "%s", text), -EIO);
	assert_int_equal(strlen(s.e.message), ERR_MESSAGE_MAX - 1);
	assert_memory_equal(s.guard, guard, sizeof(guard));
}

static void message_may_quote_the_old_one(void **state)
{
	struct err e = ERR_INIT;

	assert_true(err_set(&e, ERR_INTERNAL, "disk on fire") < 0);
	assert_true(err_set(&e, ERR_CONFLICT, "cannot start: %s", e.message) < 0);
	assert_string_equal(e.message, "cannot start: disk on fire");
	assert_int_equal(err_prefix(&e, -EBUSY, "twice '%s'", e.message), -EBUSY);
	assert_string_equal(e.message,
			    "twice 'cannot start: disk on fire': cannot start: disk on fire");
}

static void copies(void **state)
{
	struct err from = ERR_INIT, to = ERR_INIT;

	assert_int_equal(err_copy(&to, NULL), 0);
	assert_int_equal(err_copy(&to, &from), 0);
	assert_int_equal(err_sys(&from, EMLINK, "links"), -EMLINK);
	assert_int_equal(err_copy(NULL, &from), -EMLINK);
	assert_int_equal(err_copy(&to, &from), -EMLINK);
	assert_string_equal(to.message, from.message);
	from.errnum = 0;
	from.kind = 12345; /* a kind from a newer peer */
	assert_true(err_errno(&from) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_says_what_docker_says),
		cmocka_unit_test(every_failure_has_an_errno),
		cmocka_unit_test(system_errors_choose_their_kind),
		cmocka_unit_test(kind_can_be_named),
		cmocka_unit_test(prefix_goes_before),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(message_may_quote_the_old_one),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
