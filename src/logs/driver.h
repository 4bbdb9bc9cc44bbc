/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a log driver is to the daemon: its name, the options it takes, and whether and how its
 * logs are read. The writing happens in the shim (SHIM_START carries struct log_config).
 */
#pragma once

#include "logs/reader.h"
#include "rpc/shim.h"

struct log_option {
	const char *key, *value;
};

/* A container's log options, checked and understood. */
struct log_config {
	const struct log_driver *driver;
	uint64_t max_size;
	uint32_t max_files;
	bool compress;
	bool blocking;		  /* mode=blocking, the default */
	uint64_t max_buffer_size; /* of mode=non-blocking */
	const char *labels, *labels_regex, *env, *env_regex,
		*tag; /* borrowed from the options; NULL */
};

struct log_driver {
	const char *name;
	enum shim_log shim;	    /* what the shim writes */
	const char *const *options; /* keys it takes, NULL at the end */
	/* NULL: docker's "configured logging driver does not support reading". */
	int (*reader_open)(const struct log_source *source, const struct log_query *query,
			   struct log_reader **ret, struct err *e);
};

/* The driver of this name ("" is json-file), or NULL. */
const struct log_driver *log_driver_find(const char *name);
/* Names in the table, sorted, NULL at the end (for /info's Plugins.Log). */
const char *const *log_driver_names(void);

/* Checks driver and options with docker's texts. Errors: ERR_BAD_PARAMETER. */
int log_config_parse(const char *driver, const struct log_option *options, size_t n,
		     struct log_config *ret, struct err *e) _must_check;
