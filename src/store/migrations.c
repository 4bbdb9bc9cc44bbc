/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the journal. A released migration is never edited: a change is a new entry at the
 * end. Until the first release there is one entry, and rooms add their tables to it.
 */
#include "store/migrations.h"

const char *const store_migrations[] = {
	/* What every room shares. */
	"CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE intent(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL,"
	"  detail TEXT, since INTEGER NOT NULL);"

	/* Containers: config never changes after create but by update; state with every transition.
	 */
	"CREATE TABLE container(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	"  created INTEGER NOT NULL, config TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;",
};

const int store_migration_count = ELEMENTS(store_migrations);
