/* SPDX-License-Identifier: Apache-2.0 */
/* Owns plans in use; see plan.h. */
#include "shim/plan.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

int slot_stock_add(struct slot_stock *stock, struct str_slice numbers, struct rpc_fds fds,
		   struct err *e)
{
	if (numbers.len != fds.count * sizeof(uint32_t))
		return err_set(e, ERR_DATA_LOSS, "cannot take slots: %zu bytes name %u descriptors",
			       numbers.len, fds.count);
	if (fds.count > SHIM_SLOTS_MAX - stock->count)
		return err_set(e, ERR_TOO_LARGE, "cannot take more than %d slots", SHIM_SLOTS_MAX);
	memcpy(stock->numbers + stock->count, numbers.ptr, numbers.len);
	for (unsigned i = 0; i < fds.count; i++)
		stock->fds[stock->count++] = TAKE_FD(fds.items[i]);
	return 0;
}

void slot_stock_clear(struct slot_stock *stock)
{
	while (stock->count > 0)
		own_close(stock->fds[--stock->count]);
}

int plan_map(struct plan *p, struct err *e)
{
	struct str_slice bytes;
	const char *why = "";
	void *map;
	int r;

	if (p->map)
		return 0;
	map = mmap(NULL, p->size, PROT_READ, MAP_SHARED, p->memfd, 0);
	if (map == MAP_FAILED)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot map the launch plan");
	p->map = map;
	bytes = (struct str_slice){ p->map, p->size };
	r = launch_plan_check(bytes, &p->launch, &why);
	if (r < 0) {
		plan_unmap(p);
		return err_set(e, r == -EPROTONOSUPPORT ? ERR_NOT_IMPLEMENTED : ERR_DATA_LOSS,
			       "cannot run the launch plan: %s", why);
	}
	return 0;
}

void plan_unmap(struct plan *p)
{
	if (p->map)
		munmap((void *)p->map, p->size);
	p->map = NULL;
}

/* Unsealed memory could shrink under our feet: SIGBUS. */
static int check_memfd(struct plan *p, struct err *e)
{
	struct stat st;
	int seals = fcntl(p->memfd, F_GET_SEALS);

	if (seals < 0 || !(seals & F_SEAL_SHRINK) || !(seals & F_SEAL_WRITE))
		return err_set(e, ERR_BAD_PARAMETER, "cannot run a launch plan that is not sealed");
	if (fstat(p->memfd, &st) < 0)
		return err_sys(e, errno, "cannot look at the launch plan");
	if (st.st_size <= 0 || st.st_size > LAUNCH_PLAN_MAX)
		return err_set(e, ERR_TOO_LARGE, "cannot run a launch plan of %lld bytes",
			       (long long)st.st_size);
	p->size = (size_t)st.st_size;
	return 0;
}

static int make_slots(struct plan *p, struct err *e)
{
	p->count = p->launch.header->slot_count;
	p->slots = calloc(p->count + 1, sizeof(*p->slots));
	p->borrowed = calloc(p->count + 1, sizeof(*p->borrowed));
	if (!p->slots || !p->borrowed)
		return err_no_memory(e);
	for (unsigned i = 0; i < p->count; i++)
		p->slots[i].fd = -1;
	return 0;
}

/* The last word on a slot counts. */
static int place_slots(struct plan *p, struct slot_stock *stock, struct err *e)
{
	for (unsigned i = 0; i < stock->count; i++) {
		uint32_t number = stock->numbers[i];

		if (number >= p->count)
			return err_set(e, ERR_BAD_PARAMETER,
				       "cannot fill slot %u of a launch plan that has %u", number,
				       p->count);
		own_close(p->slots[number].fd);
		p->slots[number].fd = TAKE_FD(stock->fds[i]);
	}
	return 0;
}

int plan_open(struct plan *p, int own_memfd, struct slot_stock *stock, struct str_slice numbers,
	      struct rpc_fds fds, struct err *e)
{
	int r;

	*p = (struct plan){ .memfd = own_memfd };
	r = slot_stock_add(stock, numbers, fds, e);
	if (r == 0)
		r = check_memfd(p, e);
	if (r == 0)
		r = plan_map(p, e);
	if (r == 0)
		r = make_slots(p, e);
	if (r == 0)
		r = place_slots(p, stock, e);
	slot_stock_clear(stock);
	if (r < 0)
		plan_close(p);
	return r;
}

void plan_lend(struct plan *p, enum launch_role role, unsigned index, int fd)
{
	unsigned n = launch_plan_slot(&p->launch, role, index);

	if (n == LAUNCH_NO_SLOT || p->slots[n].fd >= 0)
		return;
	p->slots[n].fd = fd;
	p->borrowed[n] = true;
}

void plan_give(struct plan *p, enum launch_role role, int own_fd)
{
	unsigned n = launch_plan_slot(&p->launch, role, 0);

	if (n == LAUNCH_NO_SLOT) {
		own_close(own_fd);
		return;
	}
	own_close(p->slots[n].fd);
	p->slots[n].fd = own_fd;
}

void plan_take_back(struct plan *p, enum launch_role role)
{
	unsigned n = launch_plan_slot(&p->launch, role, 0);

	if (n != LAUNCH_NO_SLOT)
		p->slots[n].fd = own_close(p->slots[n].fd);
}

void plan_set_value(struct plan *p, enum launch_role role, uint64_t value)
{
	unsigned n = launch_plan_slot(&p->launch, role, 0);

	if (n != LAUNCH_NO_SLOT)
		p->slots[n].value = value;
}

int plan_slot_fd(const struct plan *p, enum launch_role role, unsigned index)
{
	unsigned n = launch_plan_slot(&p->launch, role, index);

	return n == LAUNCH_NO_SLOT ? -1 : p->slots[n].fd;
}

void plan_close(struct plan *p)
{
	plan_unmap(p);
	for (unsigned i = 0; i < p->count; i++) {
		if (!p->borrowed[i])
			own_close(p->slots[i].fd);
	}
	free(p->slots);
	free(p->borrowed);
	own_close(p->memfd);
	*p = PLAN_INIT;
}
