/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the error table's columns and the formatting of messages into their fixed field. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct err_row {
	const char *name;
	int http_status;
	int grpc_code;
	int errnum;
};

static const struct err_row rows[] = {
#define ERR_KIND_ROW(kind, name, http, grpc, errnum) [kind] = { name, http, grpc, errnum },
	ERR_KINDS(ERR_KIND_ROW)
#undef ERR_KIND_ROW
};
static_assert(ELEMENTS(rows) == ERR_KIND_COUNT, "a row for each kind of error");
static_assert(sizeof(struct err) == 1024, "an error crosses a pipe in one write");

/* The arguments may quote the message that is about to be replaced, hence the detour. */
static void fill(struct err *e, enum err_kind kind, const char *format, va_list args)
{
	char message[ERR_MESSAGE_MAX];

	assert(kind > ERR_NONE && kind < ERR_KIND_COUNT);
	vsnprintf(message, sizeof(message), format, args);
	*e = (struct err){ .kind = kind };
	memcpy(e->message, message, strlen(message));
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list args;

	if (e) {
		va_start(args, format);
		fill(e, kind, format, args);
		va_end(args);
	}
	return -rows[kind].errnum;
}

static int set_sys(struct err *e, enum err_kind kind, int errnum, const char *format, va_list args)
{
	size_t n;

	assert(errnum > 0);
	if (e) {
		fill(e, kind, format, args);
		e->errnum = errnum;
		n = strlen(e->message);
		snprintf(e->message + n, sizeof(e->message) - n, ": %s", strerror(errnum));
	}
	return -errnum;
}

int err_sys(struct err *e, int errnum, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = set_sys(e, err_kind_of_errno(errnum), errnum, format, args);
	va_end(args);
	return r;
}

int err_sys_as(struct err *e, enum err_kind kind, int errnum, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = set_sys(e, kind, errnum, format, args);
	va_end(args);
	return r;
}

int err_no_memory(struct err *e)
{
	return err_set(e, ERR_NO_MEMORY, "out of memory");
}

int err_prefix(struct err *e, int r, const char *format, ...)
{
	char message[ERR_MESSAGE_MAX] = ""; /* nothing of the stack crosses a pipe */
	va_list args;
	size_t n;

	if (!e)
		return r;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	n = strlen(message);
	snprintf(message + n, sizeof(message) - n, ": %s", e->message);
	memcpy(e->message, message, sizeof(message));
	return r;
}

int err_copy(struct err *e, const struct err *from)
{
	if (!from || from->kind == ERR_NONE)
		return 0;
	if (e)
		*e = *from;
	return err_errno(from);
}

int err_errno(const struct err *e)
{
	if (e->errnum > 0)
		return -e->errnum;
	return -rows[MIN(e->kind, (uint32_t)ERR_KIND_COUNT - 1)].errnum;
}

const char *err_kind_name(enum err_kind kind)
{
	return kind < ERR_KIND_COUNT ? rows[kind].name : "unknown";
}

int err_kind_http_status(enum err_kind kind)
{
	return kind < ERR_KIND_COUNT ? rows[kind].http_status : 500;
}

int err_kind_grpc_code(enum err_kind kind)
{
	return kind < ERR_KIND_COUNT ? rows[kind].grpc_code : 13;
}

enum err_kind err_kind_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERR_NO_MEMORY;
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case ECANCELED:
		return ERR_CANCELLED;
	case ETIMEDOUT:
		return ERR_DEADLINE;
	case ENOENT:
		return ERR_NOT_FOUND;
	case EBADMSG:
		return ERR_DATA_LOSS;
	default:
		return ERR_INTERNAL;
	}
}
