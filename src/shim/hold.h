/* SPDX-License-Identifier: Apache-2.0 */
/* Owns descriptors that are only kept open: the listeners that reserve a container's ports. */
#pragma once

#include "base/list.h"
#include "rpc/shim.h"

int hold_add(struct list *holds, struct shim_hold *request, struct err *e) _must_check;
void hold_release(struct list *holds, uint64_t group);
void hold_release_all(struct list *holds);
