/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a failure is: a kind from the one table, the errno behind it and a sentence for the
 * person who asked. A struct err has a fixed size and holds no pointer, so that it crosses a pipe
 * between processes in one write.
 */
#pragma once

#include "base/compiler.h"
#include "base/err_kinds.h"

#include <stdarg.h>
#include <stdint.h>

enum err_kind {
#define ERR_KIND_ENUM(kind, name, http, grpc, errnum) kind,
	ERR_KINDS(ERR_KIND_ENUM)
#undef ERR_KIND_ENUM
		ERR_KIND_COUNT
};

enum { ERR_MESSAGE_MAX = 1012 };

struct err {
	uint32_t kind;		       /* enum err_kind, sized for the wire */
	int32_t errnum;		       /* positive errno; 0 when no call failed */
	uint32_t exit_code;	       /* 125, 126, 127 where a launch failed; 0 otherwise */
	char message[ERR_MESSAGE_MAX]; /* ends in NUL; cut, never overrun */
};

#define ERR_INIT ((struct err){ 0 })

/*
 * Both set *e (which may be NULL) and return a negative errno for the caller to return: the
 * kind's own for err_set, -errnum for err_sys. err_sys appends ": " and strerror(errnum), and
 * chooses the kind from errnum (ENOENT: not found, ENOSPC: no space, ENOMEM: no memory …) unless
 * that would blame the caller for the engine's trouble: use err_sys_as to name the kind.
 */
int err_set(struct err *e, enum err_kind kind, const char *format, ...) _printf(3, 4);
int err_sys(struct err *e, int errnum, const char *format, ...) _printf(3, 4);
int err_sys_as(struct err *e, enum err_kind kind, int errnum, const char *format, ...)
	_printf(4, 5);

/* For -ENOMEM: a fixed sentence, no formatting. Returns -ENOMEM. */
int err_no_memory(struct err *e);

/* Puts "context: " before the message already there. Returns r unchanged. */
int err_prefix(struct err *e, int r, const char *format, ...) _printf(3, 4);

/* Copies from into e (either may be NULL) and returns the negative errno that goes with it. */
int err_copy(struct err *e, const struct err *from);

/* The negative errno that goes with an error as it stands. */
int err_errno(const struct err *e);

/* Columns of the table. */
const char *err_kind_name(enum err_kind kind);
int err_kind_http_status(enum err_kind kind);
int err_kind_grpc_code(enum err_kind kind);

/* The kind that an errno means when the engine itself met it. */
enum err_kind err_kind_of_errno(int errnum);
