/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the line that a message becomes; control characters are made visible, so a line stays one.
 */
#include "base/log.h"

#include "base/stamp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static const char *const level_names[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warning", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
};

static struct {
	const char *program;
	enum log_level level;
	enum log_format format;
} settings = { "berth", LOG_INFO, LOG_TEXT };

void log_init(const char *program, enum log_level level, enum log_format format)
{
	settings.program = program;
	settings.level = level;
	settings.format = format;
}

void log_set_level(enum log_level level)
{
	__atomic_store_n(&settings.level, level, __ATOMIC_RELAXED);
}

enum log_level log_get_level(void)
{
	return __atomic_load_n(&settings.level, __ATOMIC_RELAXED);
}

int log_level_parse(struct str_slice s, enum log_level *ret)
{
	static const struct {
		const char *name;
		enum log_level level;
	} names[] = { { "debug", LOG_DEBUG },  { "info", LOG_INFO },   { "warn", LOG_WARN },
		      { "warning", LOG_WARN }, { "error", LOG_ERROR }, { "fatal", LOG_ERROR },
		      { "panic", LOG_ERROR },  { "trace", LOG_DEBUG } };

	for (size_t i = 0; i < ELEMENTS(names); i++) {
		if (str_is(s, names[i].name)) {
			*ret = names[i].level;
			return 0;
		}
	}
	return -EINVAL;
}

/* Escapes what would break the line (and the JSON string, where quotes are escaped too). */
static size_t put_escaped(char *to, size_t room, const char *from, bool quotes)
{
	size_t n = 0;

	for (; *from && n + 7 < room; from++) {
		unsigned char c = (unsigned char)*from;

		if (c == '\n')
			n += (size_t)sprintf(to + n, "\\n");
		else if (c < 0x20 || c == 0x7f)
			n += (size_t)sprintf(to + n, "\\u%04x", c);
		else if (quotes && (c == '"' || c == '\\'))
			n += (size_t)sprintf(to + n, "\\%c", c);
		else
			to[n++] = (char)c;
	}
	return n;
}

void log_write(enum log_level level, const char *format, ...)
{
	char message[LINE_MAX_BYTES / 2], line[LINE_MAX_BYTES], when[STAMP_TEXT_MAX];
	bool json = settings.format == LOG_JSON;
	va_list args;
	size_t n;
	int saved = errno;

	if (level > log_get_level())
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	stamp_format_fixed(stamp_now(), when);
	n = (size_t)snprintf(
		line, sizeof(line),
		json ? "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"msg\":\""
		     : "%s %s %s: ",
		when, level_names[level], settings.program);
	n += put_escaped(line + n, sizeof(line) - n - 4, message, json);
	n += (size_t)sprintf(line + n, json ? "\"}\n" : "\n");
	if (write(STDERR_FILENO, line, n) < 0)
		errno = 0; /* a log that cannot be written has nowhere to say so */
	errno = saved;
}
