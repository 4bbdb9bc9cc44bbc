/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what is done to descriptors as such: flags, whole reads and writes, sealed memory. libc
 * only. */
#pragma once

#include "base/own.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/types.h>

int fd_set_cloexec(int fd, bool on) _must_check;
int fd_set_nonblock(int fd, bool on) _must_check;

/* A duplicate with close-on-exec, numbered `min` or higher: the descriptor, or a negative errno. */
int fd_dup(int fd, int min) _must_check;

/* pipe2(O_CLOEXEC | flags). */
int fd_pipe(int flags, int *ret_read, int *ret_write) _must_check;

/* The whole of n bytes; -EPIPE-like errors as they come, -EIO when the input ends before n. */
int fd_read_full(int fd, void *data, size_t n) _must_check;
int fd_write_full(int fd, const void *data, size_t n) _must_check;

/* Retries EINTR; otherwise as read(2) and write(2) with the errno returned negative. */
ssize_t fd_read(int fd, void *data, size_t n) _must_check;
ssize_t fd_write(int fd, const void *data, size_t n) _must_check;

/* A memfd that holds `data` and can never change again; positioned at 0. The descriptor or -errno.
 */
int fd_sealed(const char *name, struct str_slice data) _must_check;

/* Closes every descriptor from `first` up, except `keep` (-1: none). Linux 5.9. */
int fd_close_from(int first, int keep) _must_check;
