/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns a growing run of bytes with a ceiling. Appending never returns an error: the first failure
 * (-ENOMEM, or -E2BIG beyond the ceiling) sticks, later appends do nothing, and buf_error tells at
 * the end, so that a page of appends reads as a page of text.
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>

struct buf {
	char *data; /* always followed by a NUL once anything was appended */
	size_t len, cap;
	size_t max; /* ceiling in bytes; 0: BUF_MAX_DEFAULT */
	int error;  /* 0, -ENOMEM or -E2BIG */
};

enum { BUF_MAX_DEFAULT = 64 << 20 };

#define BUF_INIT	((struct buf){ 0 })
#define BUF_INIT_MAX(n) ((struct buf){ .max = (n) })

void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* empties, forgets the error, keeps the memory */

void buf_append(struct buf *b, const void *data, size_t n);
void buf_str(struct buf *b, const char *s); /* NULL appends nothing */
void buf_slice(struct buf *b, struct str_slice s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) _printf(2, 3);
void buf_vprintf(struct buf *b, const char *format, va_list args);
void buf_hex(struct buf *b, const void *data, size_t n); /* lower case */

/*
 * Room for at least n more bytes: returns where they may be written, or NULL (error set). The
 * caller adds what it wrote with buf_added.
 */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

/* Takes n bytes off the front (moves the rest down). */
void buf_consume(struct buf *b, size_t n);
void buf_truncate(struct buf *b, size_t len);

static inline struct str_slice buf_view(const struct buf *b)
{
	return (struct str_slice){ b->data ? b->data : "", b->len };
}

/* The text as a C string, "" when empty; borrowed. */
static inline const char *buf_cstr(const struct buf *b)
{
	return b->data ? b->data : "";
}

static inline int buf_error(const struct buf *b)
{
	return b->error;
}

/* The memory leaves the buffer (caller frees); NULL when an append failed or memory is short. */
char *buf_take(struct buf *b);
