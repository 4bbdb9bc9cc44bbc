/* SPDX-License-Identifier: Apache-2.0 */
/* Owns how a gathered transaction looks to the writer thread; inside src/store only. */
#pragma once

#include "store/store.h"

struct store_op {
	struct store_op *next;
	enum store_stmt stmt;
	bool expect_change;
	size_t count;
	struct store_value values[];
};
