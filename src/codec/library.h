/* SPDX-License-Identifier: Apache-2.0 */
/* Owns loading a library's functions by name into a struct of pointers. */
#pragma once

#include "base/compiler.h"

/* A function that is wanted and the pointer variable that gets it. */
struct library_symbol {
	const char *name;
	void *slot; /* address of a function pointer */
};

/*
 * 0, or -ELIBACC: the library or one of the symbols is missing (then no slot is filled). The
 * library stays for the life of the process.
 */
int library_load(const char *file, const struct library_symbol *symbols, size_t n) _must_check;
