/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of error kinds. No handler writes a status number: it names a kind.
 * X(kind, name in logs, HTTP status, gRPC code, errno when the failing call gave none)
 */
#define ERR_KINDS(X)                                               \
	X(ERR_NONE, "ok", 200, 0, 0)                               \
	X(ERR_NOT_MODIFIED, "not-modified", 304, 9, EALREADY)      \
	X(ERR_BAD_PARAMETER, "bad-parameter", 400, 3, EINVAL)      \
	X(ERR_UNAUTHORIZED, "unauthorized", 401, 16, EACCES)       \
	X(ERR_FORBIDDEN, "forbidden", 403, 7, EPERM)               \
	X(ERR_NOT_FOUND, "not-found", 404, 5, ENOENT)              \
	X(ERR_CONFLICT, "conflict", 409, 9, EBUSY)                 \
	X(ERR_TOO_LARGE, "too-large", 413, 8, E2BIG)               \
	X(ERR_CANCELLED, "cancelled", 499, 1, ECANCELED)           \
	X(ERR_INTERNAL, "internal", 500, 13, EIO)                  \
	X(ERR_NO_MEMORY, "no-memory", 500, 8, ENOMEM)              \
	X(ERR_NO_SPACE, "no-space", 500, 8, ENOSPC)                \
	X(ERR_DATA_LOSS, "data-loss", 500, 15, EBADMSG)            \
	X(ERR_NOT_IMPLEMENTED, "not-implemented", 501, 12, ENOSYS) \
	X(ERR_UNAVAILABLE, "unavailable", 503, 14, EAGAIN)         \
	X(ERR_DEADLINE, "deadline", 504, 4, ETIMEDOUT)
