/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the health check: when the probe is run, what its results make of the container, telling the
 * daemon. It goes on while no daemon runs. Source: docker's HEALTHCHECK (interval after the end of
 * the last probe; failures within the start period do not count until the first success).
 */
#pragma once

#include "rpc/shim.h"
#include "shim/process.h"

struct probe {
	struct process process; /* of the probe that runs, if one does */
	struct plan plan;	/* kept for every run; memfd -1: no health check */
	int64_t interval, timeout, start_period, start_interval; /* nanoseconds */
	uint32_t retries;
	struct timer timer; /* the next probe, or the timeout of the one that runs */
	bool told;	    /* there is a result to tell */
	bool timed_out;
	enum shim_verdict verdict;
	uint32_t failing_streak;
	int64_t exit_code;
	stamp_ns begun, ended;
	struct capture capture;
};

void probe_init(struct probe *probe, struct shim *shim);

/* A new health check, or none; the container may run already. */
int probe_set(struct probe *probe, struct shim_probe *request, struct err *e) _must_check;

void probe_container_started(struct probe *probe);
void probe_container_exited(struct probe *probe);

/* The last result, if there was one. */
void probe_tell(const struct probe *probe, uint16_t flags);
