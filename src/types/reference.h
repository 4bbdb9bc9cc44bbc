/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the grammar of image references, `[domain/]path[:tag][@digest]`: how a name as people write
 * it
 * ("busybox") becomes a full one ("docker.io/library/busybox:latest") and back. No I/O. Any thread.
 * Source: the grammar of the distribution project's reference package; texts are docker's.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { REFERENCE_NAME_MAX = 255, REFERENCE_TAG_MAX = 128 };

struct reference {
	const char *domain; /* "docker.io", "localhost:5000" */
	const char *path;   /* "library/busybox" */
	const char *tag;    /* "latest", or NULL */
	const char *digest; /* "sha256:…", or NULL */
};

/*
 * Reads a name as people write it; domain and "library/" are filled in, a tag is not
 * (reference_default_tag). Texts live in the arena. Errors: ERR_BAD_PARAMETER ("invalid reference
 * format", and what is wrong where docker says so), ERR_NO_MEMORY.
 */
int reference_parse(struct str_slice text, struct arena *a, struct reference *ret, struct err *e)
	_must_check;

/* A reference without tag and digest means "latest". */
void reference_default_tag(struct reference *r);

/*
 * The repo and tag parameters of commit, tag and import: "latest" where neither has a tag. Errors
 * as above; ERR_BAD_PARAMETER for a digest ("cannot import digest reference"). An empty repo leaves
 * *ret all NULL.
 */
int reference_parse_repo_tag(const char *repo, const char *tag, struct arena *a,
			     struct reference *ret, struct err *e) _must_check;

enum reference_form {
	REFERENCE_FULL,	    /* docker.io/library/busybox:latest */
	REFERENCE_FAMILIAR, /* busybox:latest */
};

/* The whole, and its name alone. Arena memory; NULL when memory is short. */
const char *reference_format(const struct reference *r, enum reference_form form, struct arena *a);
const char *reference_name(const struct reference *r, enum reference_form form, struct arena *a);

bool reference_tag_is_valid(struct str_slice tag);

/* "sha256:" and 64 lower-case hexadecimal digits (sha512: 128). */
bool reference_digest_is_valid(struct str_slice digest);

/* 64 lower-case hexadecimal digits: an id, which may not be a name. */
bool reference_is_id(struct str_slice text);
