/* SPDX-License-Identifier: Apache-2.0 */
/* Owns a launch plan in use: its memfd, and the descriptors in its slots. */
#pragma once

#include "launch/plan.h"
#include "rpc/shim.h"

/* Descriptors of SLOTS messages, waiting for the plan they belong to. */
struct slot_stock {
	unsigned count;
	uint32_t numbers[SHIM_SLOTS_MAX];
	int fds[SHIM_SLOTS_MAX];
};

struct plan {
	int memfd; /* -1: none */
	const char *map;
	size_t size;
	struct launch_plan launch; /* valid while mapped */
	unsigned count;
	struct launch_slot *slots;
	bool *borrowed; /* slots whose descriptor is somebody else's */
};
#define PLAN_INIT ((struct plan){ .memfd = -1 })

/* Takes descriptors of a SLOTS message. -E2BIG and e beyond SHIM_SLOTS_MAX. */
int slot_stock_add(struct slot_stock *stock, struct str_slice numbers, struct rpc_fds fds,
		   struct err *e) _must_check;
void slot_stock_clear(struct slot_stock *stock);

/*
 * Maps and checks the plan and places the slots of the message and of the stock, which is empty
 * afterwards. The plan owns what is placed; on failure everything is closed.
 */
int plan_open(struct plan *p, int own_memfd, struct slot_stock *stock, struct str_slice numbers,
	      struct rpc_fds fds, struct err *e) _must_check;

/* Between two runs the pages are given back; a plan that was good stays good: it is sealed. */
void plan_unmap(struct plan *p);
int plan_map(struct plan *p, struct err *e) _must_check;

/* Fill the slot of that role if the plan has it and it is empty; borrowed until plan_close. */
void plan_lend(struct plan *p, enum launch_role role, unsigned index, int fd);
void plan_give(struct plan *p, enum launch_role role, int own_fd); /* the plan's from now on */
void plan_take_back(struct plan *p, enum launch_role role);	   /* closes what was given */
void plan_set_value(struct plan *p, enum launch_role role, uint64_t value);

/* The descriptor in that slot, or -1. */
int plan_slot_fd(const struct plan *p, enum launch_role role, unsigned index);

void plan_close(struct plan *p);
