/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the readable form of launch plans: a line for each slot and step. For people and for tests.
 */
#pragma once

#include "base/buf.h"
#include "launch/plan.h"

void launch_plan_dump(const struct launch_plan *plan, struct buf *out);
