/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the tables behind the steps and the check that makes a plan safe to run and to read. */
#include "launch/plan.h"

#include "launch/steps.h"

#include <errno.h>

#define FIELD_ROW(kind, name) { #name, LAUNCH_FIELD_##kind },
#define FIELD_TABLE(number, STEP, name, fields) \
	static const struct launch_field name##_fields[] = { fields(FIELD_ROW){ NULL, 0 } };
LAUNCH_STEPS(FIELD_TABLE)
#undef FIELD_TABLE

static const struct launch_step_info infos[] = {
#define INFO_ROW(number, STEP, name, fields) \
	[number] = { #name, name##_fields, ELEMENTS(name##_fields) - 1 },
	LAUNCH_STEPS(INFO_ROW)
#undef INFO_ROW
};
static_assert(ELEMENTS(infos) == LAUNCH_STEP_END, "a row for each step");
static_assert(LAUNCH_STEP_END <= 64, "the step set is one word");
static_assert(sizeof(struct launch_header) % 8 == 0 && sizeof(struct launch_slot_def) == 8,
	      "everything in a plan is aligned to 8");

static const char *const role_names[] = {
#define ROLE_ROW(role, name) [role] = name,
	LAUNCH_ROLES(ROLE_ROW)
#undef ROLE_ROW
};
static_assert(ELEMENTS(role_names) == LAUNCH_ROLE_COUNT, "a name for each role");

const struct launch_step_info *launch_step_find(unsigned type)
{
	return type < ELEMENTS(infos) && infos[type].name ? &infos[type] : NULL;
}

const char *launch_role_name(enum launch_role role)
{
	return role < LAUNCH_ROLE_COUNT ? role_names[role] : "?";
}

uint64_t launch_step_set(void)
{
	uint64_t set = 0;

	for (unsigned type = 1; type < LAUNCH_STEP_END; type++)
		set |= 1ull << type;
	return set;
}

unsigned launch_plan_slot(const struct launch_plan *plan, enum launch_role role, unsigned index)
{
	for (unsigned i = 0; i < plan->header->slot_count; i++)
		if (plan->slots[i].role == role && plan->slots[i].index == index)
			return i;
	return LAUNCH_NO_SLOT;
}

static const struct launch_step *step_at(const struct launch_plan *plan, uint32_t offset)
{
	return (const struct launch_step *)((const char *)plan->header + offset);
}

/* The list ends with a step of type 0, which the check has seen. */
static const struct launch_step *next(const struct launch_plan *plan, uint32_t first,
				      const struct launch_step *step)
{
	step = step ? (const struct launch_step *)((const char *)step + step->size)
		    : step_at(plan, first);
	return step->type ? step : NULL;
}

const struct launch_step *launch_next_step(const struct launch_plan *plan,
					   const struct launch_step *step)
{
	return next(plan, plan->header->steps_offset, step);
}

const struct launch_step *launch_next_undo(const struct launch_plan *plan,
					   const struct launch_step *step)
{
	return next(plan, plan->header->undo_offset, step);
}

static bool ref_is_inside(const struct launch_step *step, uint64_t begin, struct launch_ref ref,
			  uint64_t bytes)
{
	return ref.offset >= begin && (uint64_t)ref.offset + bytes <= step->size;
}

static const char *check_texts(const struct launch_step *step, uint64_t begin,
			       struct launch_ref ref)
{
	const char *at = (const char *)step + ref.offset, *end = (const char *)step + step->size;

	if (!ref_is_inside(step, begin, ref, 0))
		return "a list lies outside its step";
	for (uint32_t i = 0; i < ref.size; i++) {
		const char *nul = at < end ? memchr(at, '\0', end - at) : NULL;

		if (!nul)
			return "a list is shorter than it says";
		at = nul + 1;
	}
	return NULL;
}

static const char *check_field(const struct launch_plan *plan, const struct launch_step *step,
			       const struct launch_step_info *info, size_t i)
{
	const uint64_t *field = launch_step_field(step, i);
	uint64_t begin = sizeof(*step) + info->field_count * sizeof(uint64_t);
	struct launch_ref ref;

	memcpy(&ref, field, sizeof(ref));
	switch (info->fields[i].kind) {
	case LAUNCH_FIELD_MAYBE:
		if (*field == LAUNCH_NO_SLOT)
			return NULL;
		_fallthrough;
	case LAUNCH_FIELD_SLOT:
		return *field < plan->header->slot_count ? NULL : "a slot that is not in the table";
	case LAUNCH_FIELD_TEXT:
		if (!ref_is_inside(step, begin, ref, (uint64_t)ref.size + 1))
			return "a text lies outside its step";
		return strnlen(launch_text(step, ref), (size_t)ref.size + 1) == ref.size
			       ? NULL
			       : "a text of another length than it says";
	case LAUNCH_FIELD_TEXTS:
		return check_texts(step, begin, ref);
	case LAUNCH_FIELD_BYTES:
		return ref_is_inside(step, begin, ref, ref.size) && ref.offset % 8 == 0
			       ? NULL
			       : "bytes lie outside their step";
	default:
		return NULL;
	}
}

/* What the fields mean together: places that name a register, layers that are slots in a row. */
static const char *check_meaning(const struct launch_plan *plan, const struct launch_step *step)
{
	if (step->type == LAUNCH_STEP_ROOT_OVERLAY) {
		const struct launch_step_root_overlay *s = (const void *)step;

		if (s->lowers == 0 || s->lowers > LAUNCH_LOWERS_MAX ||
		    s->first_lower + s->lowers > plan->header->slot_count)
			return "an overlay with too many layers, or none";
	}
	if (step->type == LAUNCH_STEP_SECCOMP) {
		const struct launch_step_seccomp *s = (const void *)step;

		if (s->program.size == 0 || s->program.size % 8 || s->program.size / 8 > 4096)
			return "a filter that no kernel takes";
	}
	if (step->type == LAUNCH_STEP_EXEC) {
		const struct launch_step_exec *s = (const void *)step;

		if (s->args.size == 0)
			return "a program without a name";
	}
	return NULL;
}

static const char *check_step(const struct launch_plan *plan, const struct launch_step *step,
			      int *ret_error)
{
	const struct launch_step_info *info = launch_step_find(step->type);
	const char *why = NULL;

	if (!info) {
		*ret_error = -EPROTONOSUPPORT;
		return "a step that this program does not know";
	}
	if (step->size < sizeof(*step) + info->field_count * sizeof(uint64_t))
		return "a step is shorter than its fields";
	for (size_t i = 0; i < info->field_count && !why; i++)
		why = check_field(plan, step, info, i);
	return why ? why : check_meaning(plan, step);
}

/* One list: `count` steps and the end mark, all inside the plan. */
static const char *check_list(const struct launch_plan *plan, uint32_t at, uint32_t count,
			      int *ret_error)
{
	uint64_t size = plan->header->size;
	const char *why = NULL;

	for (uint32_t i = 0; i <= count && !why; i++) {
		const struct launch_step *step = step_at(plan, at);

		if (at % 8 || at < sizeof(*plan->header) || at + sizeof(*step) > size)
			return "a step begins outside the plan";
		if (i == count)
			return step->type == 0 ? NULL : "a list that does not end where it says";
		if (step->size < sizeof(*step) || step->size % 8 ||
		    at + (uint64_t)step->size > size)
			return "a step ends outside the plan";
		why = check_step(plan, step, ret_error);
		at += step->size;
	}
	return why;
}

static const char *check_header(struct str_slice bytes, const struct launch_header *h,
				int *ret_error)
{
	if (bytes.len < sizeof(*h) || bytes.len > LAUNCH_PLAN_MAX || h->magic != LAUNCH_MAGIC)
		return "not a launch plan";
	if (h->version != LAUNCH_VERSION) {
		*ret_error = -EPROTONOSUPPORT;
		return "a plan of another version";
	}
	if (h->size != bytes.len || h->size % 8)
		return "a plan that was cut";
	if (h->slot_count > LAUNCH_SLOTS_MAX ||
	    sizeof(*h) + h->slot_count * sizeof(struct launch_slot_def) > h->size)
		return "more slots than fit";
	return NULL;
}

/* A plan makes one process, and executing its program is the last thing it does. */
static const char *check_order(const struct launch_plan *plan)
{
	const struct launch_step *step = NULL, *last = NULL;
	unsigned clones = 0;

	while ((step = launch_next_step(plan, step))) {
		clones += step->type == LAUNCH_STEP_CLONE;
		last = step;
	}
	if (clones != 1)
		return "not exactly one process to make";
	return last->type == LAUNCH_STEP_EXEC ? NULL : "no program to execute at its end";
}

static const char *check_slots(const struct launch_plan *plan)
{
	for (uint32_t i = 0; i < plan->header->slot_count; i++)
		if (plan->slots[i].role >= LAUNCH_ROLE_COUNT)
			return "a slot of unknown role";
	return NULL;
}

int launch_plan_check(struct str_slice bytes, struct launch_plan *ret, const char **ret_why)
{
	const struct launch_header *h = (const void *)bytes.ptr;
	struct launch_plan plan = { h, (const void *)(h + 1) };
	int error = -EBADMSG;
	const char *why;

	assert((uintptr_t)bytes.ptr % 8 == 0);
	why = check_header(bytes, h, &error);
	if (!why)
		why = check_slots(&plan);
	if (!why)
		why = check_list(&plan, h->steps_offset, h->step_count, &error);
	if (!why)
		why = check_list(&plan, h->undo_offset, h->undo_count, &error);
	if (!why)
		why = check_order(&plan);
	if (why) {
		*ret_why = why;
		return error;
	}
	*ret = plan;
	return 0;
}
