/* SPDX-License-Identifier: Apache-2.0 */
/* Owns loading a library's functions by name into a struct of pointers. */
#include "codec/library.h"

#include "base/log.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int library_load(const char *file, const struct library_symbol *symbols, size_t n)
{
	void *lib = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!lib) {
		log_debug("cannot load %s: %s", file, dlerror());
		return -ELIBACC;
	}
	for (size_t i = 0; i < n; i++)
		if (!dlsym(lib, symbols[i].name)) {
			log_debug("%s has no %s", file, symbols[i].name);
			dlclose(lib);
			return -ELIBACC;
		}
	for (size_t i = 0; i < n; i++) {
		void *p = dlsym(lib, symbols[i].name);

		memcpy(symbols[i].slot, &p, sizeof(p));
	}
	return 0;
}
