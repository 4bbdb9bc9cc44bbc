/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the making of a stage's next image: the history's text, the cache key, the look-up, the
 * commit. A key covers the parent's id, the history's text and the whole configuration after the
 * step, so that two builds share an image exactly when they would have made the same one.
 */
#pragma once

#include "build/step.h"
#include "codec/digest.h"

struct commit_step {
	const char *created_by; /* the history entry */
	/* What the key must tell apart and the history's text does not (names of copied files);
	 * NULL. */
	const char *extra;
	char key[DIGEST_HEX_MAX];
};

/* "/bin/sh -c #(nop) " and what the step says of itself; the house's texts are docker's. NULL:
 * -ENOMEM. */
const char *commit_nop_text(struct build *b, const struct stage *s, const char *comment)
	_must_check;

/*
 * Looks the step up: 1 when the cache had it (the stage has its image now, "Using cache" was said),
 * 0 when it is to be carried out. c->key is set.
 */
int commit_probe(struct build *b, struct stage *s, struct commit_step *c, struct err *e)
	_must_check;

/* Commits what was carried out; consumes the change when that succeeds. `own_change` may be NULL.
 */
int commit_change(struct build *b, struct stage *s, const struct commit_step *c,
		  struct build_change *own_change, struct err *e) _must_check;

/* A step that changes the configuration alone: probe, then commit an empty layer. */
int commit_metadata(struct build *b, struct stage *s, const char *comment, struct err *e)
	_must_check;
