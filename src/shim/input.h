/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what a client sends: its way to the process's stdin, detach keys, half-close, leaving. */
#pragma once

#include "shim/stream.h"

/* The process runs, or the stream has just joined it: bytes that came with the request go first. */
void input_begin(struct stream *s);

/* Whether the client should be read now. */
bool input_wanted(const struct stream *s);

/* EPOLLIN, EPOLLRDHUP, EPOLLHUP or EPOLLERR. */
void input_hear(struct stream *s, uint32_t events);

/* stdin takes bytes again. */
void input_resume(struct process *p);
