/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the undoing of effects outside the process. Each step that succeeds adds how it is undone;
 * leaving the scope runs the list backwards, unless undo_commit said that all is well.
 *
 *	auto_(undo_done) struct undo undo = UNDO_INIT;
 *	…
 *	r = undo_add(&undo, remove_link, link, NULL);
 *	…
 *	undo_commit(&undo);
 */
#pragma once

#include "base/vec.h"

typedef void (*undo_fn)(void *object, void *detail);

struct undo_step {
	undo_fn fn;
	void *object, *detail; /* borrowed: they outlive the scope */
};

VEC_DEFINE(undo, struct undo_step);
#define UNDO_INIT ((struct undo)VEC_INIT)

/* 0; on -ENOMEM the step is undone at once, so the caller only returns. */
int undo_add(struct undo *u, undo_fn fn, void *object, void *detail) _must_check;
void undo_commit(struct undo *u);
void undo_done(struct undo *u);
