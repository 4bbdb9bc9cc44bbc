/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the door of the builder: what a build is asked (struct build_request), what it asks of the
 * engine (struct build_host_ops), and the call that carries it out. The builder reads a Dockerfile,
 * makes a graph of stages and steps, looks each step up in the cache and has the host carry out the
 * others. It knows nothing of HTTP, containers, processes or archives.
 *
 * One build calls its host from one thread at a time. Ids are texts "sha256:HEX".
 */
#pragma once

#include "base/err.h"
#include "build/config.h"

#include <stdbool.h>

enum {
	BUILD_ID_MAX = 80, /* "sha256:" + 64 digits + NUL, with room for a longer digest */
	BUILD_DOCKERFILE_MAX = 4 << 20, /* bytes of Dockerfile */
};

/* A build argument without a value (`--build-arg NAME`, NAME unset) has value NULL. */
struct build_request {
	struct str_slice dockerfile;	 /* the file's bytes */
	const char *dockerfile_name;	 /* for messages; NULL: "Dockerfile" */
	const char *platform;		 /* os[/arch[/variant]] asked for, or NULL */
	const char *target;		 /* stage name or index, or NULL: the last */
	struct build_pairs args, labels; /* --build-arg, --label */
	struct build_words tags; /* -t, already normalised by the caller or not: the host tags */
	bool no_cache, pull;
	bool keep_containers; /* rm=0: intermediate containers stay */
	bool force_rm;	      /* removed after a failed step too */
};

/* What a FROM or a COPY --from found. Texts live in the arena that was passed in. */
struct build_image {
	char id[BUILD_ID_MAX];
	struct build_config config;
	const char *author;
	const char *os, *architecture, *variant;
};

enum build_source_kind {
	BUILD_SOURCE_CONTEXT, /* what the client sent, .dockerignore already applied */
	BUILD_SOURCE_IMAGE,   /* the file tree of the image `ref` (an id) */
	BUILD_SOURCE_URL,     /* the file behind the URL `ref`; `path` is its name */
};

struct build_source {
	enum build_source_kind kind;
	const char *ref; /* NULL for the context */
};

/*
 * A file or directory found by a COPY/ADD source pattern. The digest covers names, contents, types,
 * modes and owners of everything below it, never times.
 */
struct build_match {
	const char *path;   /* below the source's root, no leading '/'; "" is the root itself */
	const char *digest; /* 64 hex digits */
	bool is_dir;
};

struct build_matches {
	struct build_match *items;
	size_t len;
};

/* Files of one source, in the order in which they are copied. */
struct build_copy_part {
	struct build_source source;
	const struct build_match *items;
	size_t n_items;
	bool unpack; /* ADD from the context: a file that is a tar archive is unpacked into dest */
};

/* One COPY, ADD or WORKDIR: what becomes a layer on top of `parent`. */
struct build_copy {
	const char *parent; /* image id; NULL: scratch */
	const struct build_copy_part *parts;
	size_t n_parts; /* 0: only `dest` is made (WORKDIR) */
	/*
	 * Absolute path in the image. With a '/' at its end (always so for several items), or when
	 * it is a directory there: files go into it under their own names. A directory's contents
	 * go into dest itself. What is missing is made, mode 0755, with the copied files' owner.
	 */
	const char *dest;
	const char *
		chown; /* "user[:group]", names or numbers, looked up inside the image; NULL: 0:0 */
	const char *chmod; /* octal, "0755"; NULL: as they are */
	bool keep_owner;   /* chown is NULL, and owners stay as they are in the source */
};

/*
 * What a step made and has not been committed: the host's struct begins with (or embeds) this. It
 * ends in exactly one call of commit (which consumes it when it succeeds) or discard.
 */
struct build_change {
	const char *container_id; /* 64 hex digits of the container that ran; NULL after a copy */
};

struct build_run_spec {
	const char *parent; /* image id; NULL: scratch */
	/*
	 * What the container runs with: user, working_dir, env (build arguments included), volumes,
	 * exposed ports; cmd is the whole argument vector and entrypoint is not said.
	 */
	const struct build_config *config;
	/* Limits, network, extra hosts, shm size, ulimits of the request: the host has them itself.
	 */
};

struct build_commit {
	const char *parent;		   /* image id; NULL: scratch */
	const struct build_config *config; /* the new image's whole configuration */
	const char *author;		   /* from MAINTAINER, or the parent's; may be NULL */
	const char *created_by;		   /* the history entry */
	struct build_change *change;	   /* NULL: an empty layer */
	const char *cache_key;		   /* 64 hex digits: `cached` finds the image by it */
	const char *os, *architecture, *variant;
};

/*
 * What the engine does for the builder. Each op returns 0 or a negative errno with e set; what it
 * takes is borrowed for the call. Ops block, return ERR_CANCELLED soon after the client went away,
 * and leave nothing behind when they fail.
 */
struct build_host_ops {
	/*
	 * Finds an image by reference or id; pulls it where that is possible and it is absent (or
	 * `pull` is asked). The error text is the one that docker gives.
	 */
	int (*image)(void *host, const char *reference, const char *platform, bool pull,
		     struct arena *a, struct build_image *ret, struct err *e);

	/* The image committed under `key` before, if it is still here: 1 and ret_id, else 0. */
	int (*cached)(void *host, const char *key, char ret_id[BUILD_ID_MAX], struct err *e);

	/*
	 * Everything in `source` that `pattern` (Go's filepath.Match, relative to the root) names,
	 * sorted by path; symbolic links in the path are followed inside the root. A URL is fetched
	 * here (once a build). Nothing found is no error: ret->len is 0. A path that leads out of
	 * the root is one.
	 */
	int (*find)(void *host, const struct build_source *source, const char *pattern,
		    struct arena *a, struct build_matches *ret, struct err *e);

	/* Makes the layer of a COPY, ADD or WORKDIR. */
	int (*copy)(void *host, const struct build_copy *copy, struct build_change **ret,
		    struct err *e);

	/* Makes the container of a RUN; ret->container_id is printed before it starts. */
	int (*run_create)(void *host, const struct build_run_spec *spec, struct build_change **ret,
			  struct err *e);
	/* Starts it, streams its output to the client, waits. A command that fails is no error. */
	int (*run_wait)(void *host, struct build_change *change, int *ret_exit_code, struct err *e);

	/*
	 * Makes the image. With BUILD_KEEP_CONTAINER a RUN's container stays in the list of
	 * containers, otherwise it is removed. Durable only with the build's end (`tag`/`finish`).
	 */
	int (*commit)(void *host, const struct build_commit *commit, bool keep_container,
		      char ret_id[BUILD_ID_MAX], struct err *e);
	/* Gives up an uncommitted change; a kept container stays, stopped. */
	void (*discard)(void *host, struct build_change *change, bool keep_container);

	/*
	 * The build succeeded with this image: make it durable, give it `tags`. Called once, also
	 * without tags. ret_names[i] is what docker prints for tags[i]: "name:tag".
	 */
	int (*finish)(void *host, const char *id, const struct build_words *tags, struct arena *a,
		      struct build_words *ret_names, struct err *e);

	/*
	 * Text for the client's terminal ({"stream": …}), whole lines. Asked for quiet (-q), the
	 * host keeps it back together with what RUN prints, shows it only if the build fails, and
	 * prints the id itself when it succeeds.
	 */
	void (*write)(void *host, struct str_slice text);
	/* {"aux":{"ID": id}} */
	void (*aux)(void *host, const char *id);

	/* True once the client has gone. */
	bool (*cancelled)(void *host);
};

/*
 * Carries the build out. Nothing is written before the whole Dockerfile was read and found well, so
 * that a bad file is a plain error reply. On success ret_id holds the image's id.
 * Errors: ERR_BAD_PARAMETER (the Dockerfile or the request: the text names the line),
 * ERR_CANCELLED, whatever an op returned; a RUN that failed is ERR_INTERNAL with e->exit_code set
 * to its code, which is errorDetail.code in the reply. Blocks: pool threads only.
 */
int build_run(const struct build_request *request, const struct build_host_ops *ops, void *host,
	      char ret_id[BUILD_ID_MAX], struct err *e) _must_check;

/*
 * `docker commit --change` and `docker import --change`: applies instructions (one an entry) that
 * only touch the configuration. *config is copied first; its strings and the new ones live in `a`.
 * Errors: ERR_BAD_PARAMETER.
 */
int build_apply_changes(const struct build_words *changes, struct arena *a,
			struct build_config *config, struct err *e) _must_check;
