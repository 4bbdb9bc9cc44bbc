/* SPDX-License-Identifier: Apache-2.0 */
/* Owns groups of held descriptors; see hold.h. */
#include "shim/hold.h"

#include "base/own.h"

struct hold {
	struct list link;
	uint64_t group;
	unsigned count;
	int fds[];
};

int hold_add(struct list *holds, struct shim_hold *request, struct err *e)
{
	struct hold *h = malloc(sizeof(*h) + request->fds.count * sizeof(int));

	if (!h)
		return err_no_memory(e);
	h->group = request->group;
	h->count = request->fds.count;
	for (unsigned i = 0; i < h->count; i++)
		h->fds[i] = TAKE_FD(request->fds.items[i]);
	list_append(holds, &h->link);
	return 0;
}

static void release(struct hold *h)
{
	for (unsigned i = 0; i < h->count; i++)
		own_close(h->fds[i]);
	list_remove(&h->link);
	free(h);
}

void hold_release(struct list *holds, uint64_t group)
{
	list_for_each_safe (item, holds) {
		struct hold *h = CONTAINER_OF(item, struct hold, link);

		if (h->group == group)
			release(h);
	}
}

void hold_release_all(struct list *holds)
{
	list_for_each_safe (item, holds)
		release(CONTAINER_OF(item, struct hold, link));
}
