/* SPDX-License-Identifier: Apache-2.0 */
/* Owns circular doubly linked lists whose links are members of the elements, as in the kernel. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

struct list {
	struct list *prev, *next;
};

#define LIST_INIT(head)          \
	{                        \
		&(head), &(head) \
	}

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_append(struct list *head, struct list *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

/* Safe for an item that is in no list but was list_init'ed. */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

/* First element, or NULL. */
static inline struct list *list_first(const struct list *head)
{
	return list_empty(head) ? NULL : head->next;
}

#define list_for_each(item, head) \
	for (struct list *item = (head)->next; item != (head); item = item->next)

/* `item` may be removed by the body. */
#define list_for_each_safe(item, head)                                                    \
	for (struct list *item = (head)->next, *item##_next = item->next; item != (head); \
	     item = item##_next, item##_next = item->next)
