/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the layout of steps behind their headers. */
#include "launch/writer.h"

#include <errno.h>

void launch_writer_done(struct launch_writer *w)
{
	buf_done(&w->steps);
	buf_done(&w->undo);
	vec_done(&w->slots);
}

static void fail(struct launch_writer *w, int error)
{
	if (!w->error)
		w->error = error;
}

uint64_t launch_writer_slot(struct launch_writer *w, enum launch_role role, unsigned index,
			    unsigned flags)
{
	struct launch_slot_def def = { .role = role, .index = index, .flags = flags };

	for (size_t i = 0; i < w->slots.len; i++)
		if (w->slots.items[i].role == role && w->slots.items[i].index == index)
			return i;
	if (w->slots.len == LAUNCH_SLOTS_MAX)
		fail(w, -E2BIG);
	else if (vec_push(&w->slots, def) < 0)
		fail(w, -ENOMEM);
	return w->slots.len ? w->slots.len - 1 : 0;
}

static bool fits(enum launch_field_kind field, enum launch_field_kind arg)
{
	switch (field) {
	case LAUNCH_FIELD_HEX:
	case LAUNCH_FIELD_OCTAL:
		return arg == LAUNCH_FIELD_NUMBER;
	case LAUNCH_FIELD_MAYBE:
		return arg == LAUNCH_FIELD_SLOT;
	default:
		return arg == field;
	}
}

static void pad(struct buf *b)
{
	static const char zeros[8];

	buf_append(b, zeros, -b->len & 7);
}

static void append_list(struct buf *b, const struct launch_arg *arg)
{
	const char *const *list = arg->data;

	for (size_t i = 0; i < arg->count; i++)
		buf_append(b, list[i], strlen(list[i]) + 1);
}

/* The part behind the fields that `arg` needs, and the field that says where it is. */
static uint64_t append_part(struct buf *b, size_t step_begin, const struct launch_arg *arg)
{
	struct launch_ref ref = { .size = arg->count };
	const char *text = arg->data ? arg->data : "";
	uint64_t field;

	if (arg->kind == LAUNCH_FIELD_BYTES)
		pad(b);
	ref.offset = b->len - step_begin;
	if (arg->kind == LAUNCH_FIELD_TEXT) {
		ref.size = strlen(text);
		buf_append(b, text, ref.size + 1);
	} else if (arg->kind == LAUNCH_FIELD_TEXTS) {
		append_list(b, arg);
	} else {
		buf_append(b, arg->data, arg->count);
	}
	memcpy(&field, &ref, sizeof(field));
	return field;
}

static void append(struct buf *b, struct launch_step step, const struct launch_arg *args, size_t n)
{
	const struct launch_step_info *info = launch_step_find(step.type);
	static const uint64_t zero;
	size_t begin = b->len;

	assert(info && info->field_count == n);
	buf_append(b, &step, sizeof(step));
	for (size_t i = 0; i < n; i++)
		buf_append(b, &zero, sizeof(zero));
	for (size_t i = 0; i < n && !buf_error(b); i++) {
		uint64_t field = args[i].number;

		assert(fits(info->fields[i].kind, args[i].kind));
		if (args[i].kind >= LAUNCH_FIELD_TEXT)
			field = append_part(b, begin, &args[i]);
		if (!buf_error(b))
			memcpy(b->data + begin + sizeof(step) + i * sizeof(field), &field,
			       sizeof(field));
	}
	pad(b);
	if (!buf_error(b))
		((struct launch_step *)(b->data + begin))->size = b->len - begin;
}

void launch_writer_append(struct launch_writer *w, enum launch_step_type type, unsigned flags,
			  const struct launch_arg *args, size_t n)
{
	append(&w->steps, (struct launch_step){ .type = type, .flags = flags }, args, n);
	w->step_count++;
	w->step_set |= 1ull << type;
}

void launch_writer_append_undo(struct launch_writer *w, enum launch_step_type type,
			       const struct launch_arg *args, size_t n)
{
	append(&w->undo, (struct launch_step){ .type = type }, args, n);
	w->undo_count++;
	w->step_set |= 1ull << type;
}

int launch_writer_finish(struct launch_writer *w, unsigned flags, uint64_t generation,
			 struct buf *ret_plan)
{
	struct launch_header h = {
		.magic = LAUNCH_MAGIC,
		.version = LAUNCH_VERSION,
		.flags = flags,
		.slot_count = w->slots.len,
		.step_count = w->step_count,
		.undo_count = w->undo_count,
		.generation = generation,
		.step_set = w->step_set,
	};
	static const struct launch_step end = { .size = sizeof(end) };
	auto_(buf_done) struct buf plan = BUF_INIT_MAX(LAUNCH_PLAN_MAX);

	buf_append(&w->steps, &end, sizeof(end));
	buf_append(&w->undo, &end, sizeof(end));
	if (w->error || buf_error(&w->steps) || buf_error(&w->undo))
		return w->error ? w->error : buf_error(&w->steps) ?: buf_error(&w->undo);
	h.steps_offset = sizeof(h) + w->slots.len * sizeof(*w->slots.items);
	h.undo_offset = h.steps_offset + w->steps.len;
	h.size = h.undo_offset + w->undo.len;
	buf_append(&plan, &h, sizeof(h));
	buf_append(&plan, w->slots.items, w->slots.len * sizeof(*w->slots.items));
	buf_append(&plan, w->steps.data, w->steps.len);
	buf_append(&plan, w->undo.data, w->undo.len);
	if (buf_error(&plan))
		return buf_error(&plan);
	*ret_plan = plan;
	plan = BUF_INIT;
	return 0;
}
