/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the tables: a list of migrations, each run once, in order, inside one transaction. */
#pragma once

#include "base/compiler.h"

/* migrations[i] brings a database from version i to i + 1 (PRAGMA user_version). */
extern const char *const store_migrations[];
extern const int store_migration_count;
