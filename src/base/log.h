/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the program's own log: one line a message on stderr, in text (time, level, program, message)
 * or JSON. Not container logs: those are src/logs. Any thread; a line is one write.
 */
#pragma once

#include "base/compiler.h"
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

/* Before other threads start. `program` is borrowed for the life of the process. */
void log_init(const char *program, enum log_level level, enum log_format format);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "debug", "info", "warn"/"warning", "error"/"fatal"/"panic"; -EINVAL. */
int log_level_parse(struct str_slice s, enum log_level *ret) _must_check;

void log_write(enum log_level level, const char *format, ...) _printf(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                     \
	do {                                               \
		if (log_get_level() >= LOG_DEBUG)          \
			log_write(LOG_DEBUG, __VA_ARGS__); \
	} while (0)
