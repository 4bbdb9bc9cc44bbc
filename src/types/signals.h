/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the names of signals, as kill, stop and STOPSIGNAL know them. No I/O. Any thread. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { SIGNAL_RTMIN = 34, SIGNAL_RTMAX = 64, SIGNAL_TEXT_MAX = 12 };

/*
 * "KILL", "SIGKILL", "sigkill", "9", "RTMIN+3". ERR_BAD_PARAMETER: "invalid signal: X". Real-time
 * signals are counted from 34 as glibc and docker do, whatever this program's libc thinks.
 */
int signal_parse(struct str_slice text, int *ret, struct err *e) _must_check;

/* "SIGKILL"; a number where there is no name. Returns `text`. */
char *signal_format(int number, char text[SIGNAL_TEXT_MAX]);
