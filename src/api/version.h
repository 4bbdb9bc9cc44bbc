/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the operations that need no engine: ping and version. */
#pragma once

#include "api/call.h"

int api_system_ping(struct call *c, struct err *e);
int api_system_version(struct call *c, struct err *e);

/* An architecture as Go and OCI name it: "amd64" for the kernel's "x86_64". */
const char *api_architecture(const char *machine);
