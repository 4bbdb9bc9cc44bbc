/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the streams that read the log: `logs -f`, and attach with logs=1 until it has caught up.
 * They read the file, not the pipe: a client that is slow is only behind, and nobody waits for it.
 */
#pragma once

#include "logs/jsonfile.h"
#include "shim/loop.h"
#include "shim/stream.h"

struct follow {
	struct stream *stream;
	int fd; /* the generation it is in; -1: none could be opened */
	struct log_position at;
	bool then_live; /* attach: ends at the newest line and goes on with live output */
	bool behind;	/* there is more in the log than was sent */
	bool skipping;	/* inside a line that is longer than any of ours */
	bool timestamps;
	char *details;
	size_t details_len;
	stamp_ns since, until; /* 0: unset */
	struct timer until_timer;
};

/* -ENOMEM, or ERR_CONFLICT when the container has no log to follow. */
int follow_open(struct stream *s, const struct shim_stream *request, struct err *e) _must_check;
void follow_free(struct follow *f);

/* Sends what the log has and the client takes. */
void follow_pump(struct stream *s);

/* Memory of what was gathered last. */
void follow_give_back(void);
