/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns addresses of engines as users write them: unix:///run/berth.sock, tcp://127.0.0.1:2375,
 * http://…, and the sockets that go with them.
 */
#pragma once

#include "base/err.h"
#include "os/cancel.h"

#include <stdint.h>

enum endpoint_kind { ENDPOINT_UNIX, ENDPOINT_TCP, ENDPOINT_FD };

enum { ENDPOINT_HOST_MAX = 256, ENDPOINT_TCP_PORT = 2375 };

struct endpoint {
	enum endpoint_kind kind;
	char host[ENDPOINT_HOST_MAX]; /* unix: path; tcp: name or address without brackets; fd: "*"
					 or a name or number */
	uint16_t port;
};

/* ERR_BAD_PARAMETER names what is wrong. "tcp://:2375" means all addresses / localhost. */
int endpoint_parse(const char *text, struct endpoint *ret, struct err *e) _must_check;

/* A connected stream socket, non-blocking, close-on-exec. -errno; the message is docker's where one
 * is known ("Cannot connect to the Docker daemon at …" is said by src/client). */
int endpoint_connect(const struct endpoint *at, int64_t deadline, struct cancel *c, struct err *e)
	_must_check;

/* A listening socket. mode: of a unix socket's file; an old socket file is replaced when nobody
 * listens on it (else ERR_CONFLICT). */
int endpoint_listen(const struct endpoint *at, unsigned mode, struct err *e) _must_check;
