/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the words of a dumped plan. Control characters are escaped, long filters counted. */
#include "launch/dump.h"

#include "launch/steps.h"

static void quote(struct buf *out, const char *text)
{
	buf_char(out, '"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_char(out, c);
	}
	buf_char(out, '"');
}

static void dump_slot(const struct launch_plan *plan, uint64_t slot, struct buf *out)
{
	const struct launch_slot_def *def = &plan->slots[slot];

	if (slot == LAUNCH_NO_SLOT)
		buf_str(out, "none");
	else
		buf_printf(out, "@%s[%u]", launch_role_name(def->role), def->index);
}

static void dump_list(const struct launch_step *step, struct launch_ref ref, struct buf *out)
{
	const char *text = launch_text(step, ref);

	buf_char(out, '[');
	for (uint32_t i = 0; i < ref.size; i++, text = launch_next_text(text)) {
		if (i)
			buf_char(out, ' ');
		quote(out, text);
	}
	buf_char(out, ']');
}

static void dump_field(const struct launch_plan *plan, const struct launch_step *step,
		       const struct launch_field *field, size_t i, struct buf *out)
{
	uint64_t value = *launch_step_field(step, i);
	struct launch_ref ref;

	memcpy(&ref, &value, sizeof(ref));
	buf_printf(out, " %s=", field->name);
	switch (field->kind) {
	case LAUNCH_FIELD_NUMBER:
		buf_printf(out, "%llu", (unsigned long long)value);
		break;
	case LAUNCH_FIELD_HEX:
		buf_printf(out, "0x%llx", (unsigned long long)value);
		break;
	case LAUNCH_FIELD_OCTAL:
		buf_printf(out, "0%llo", (unsigned long long)value);
		break;
	case LAUNCH_FIELD_SLOT:
	case LAUNCH_FIELD_MAYBE:
		dump_slot(plan, value, out);
		break;
	case LAUNCH_FIELD_TEXT:
		quote(out, launch_text(step, ref));
		break;
	case LAUNCH_FIELD_TEXTS:
		dump_list(step, ref, out);
		break;
	case LAUNCH_FIELD_BYTES:
		buf_printf(out, "<%u bytes>", ref.size);
		break;
	}
}

static void dump_step(const struct launch_plan *plan, const struct launch_step *step,
		      struct buf *out)
{
	const struct launch_step_info *info = launch_step_find(step->type);

	buf_str(out, info->name);
	if (step->flags & LAUNCH_STEP_OPTIONAL)
		buf_char(out, '?');
	for (size_t i = 0; i < info->field_count; i++)
		dump_field(plan, step, &info->fields[i], i, out);
	buf_char(out, '\n');
}

void launch_plan_dump(const struct launch_plan *plan, struct buf *out)
{
	const struct launch_header *h = plan->header;
	const struct launch_step *step = NULL;

	buf_printf(out, "plan version=%u generation=%llu%s%s\n", h->version,
		   (unsigned long long)h->generation, h->flags & LAUNCH_IS_EXEC ? " exec" : "",
		   h->flags & LAUNCH_HAS_TTY ? " tty" : "");
	for (uint32_t i = 0; i < h->slot_count; i++)
		buf_printf(out, "slot %s[%u]%s\n", launch_role_name(plan->slots[i].role),
			   plan->slots[i].index,
			   plan->slots[i].flags & LAUNCH_SLOT_OPTIONAL ? " optional" : "");
	while ((step = launch_next_step(plan, step)))
		dump_step(plan, step, out);
	while ((step = launch_next_undo(plan, step))) {
		buf_str(out, "undo ");
		dump_step(plan, step, out);
	}
}
