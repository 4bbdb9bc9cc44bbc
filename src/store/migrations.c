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
	"  created INTEGER NOT NULL, config TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;"

	/* Networks: subnet is the gateway's address with its prefix, or ''. */
	"CREATE TABLE network(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, driver TEXT NOT NULL,"
	"  created INTEGER NOT NULL, subnet TEXT NOT NULL) WITHOUT ROWID;"
	/* What a running container has on its network; gone when it ends. */
	"CREATE TABLE endpoint(container TEXT PRIMARY KEY, network TEXT NOT NULL, id TEXT NOT NULL,"
	"  container_name TEXT NOT NULL, address TEXT NOT NULL, mac TEXT NOT NULL,"
	"  host_link TEXT NOT NULL, ports TEXT NOT NULL) WITHOUT ROWID;"
	/* Rules put into other people's firewall chains, to be taken out again. */
	"CREATE TABLE firewall_jump(bridge TEXT NOT NULL, chain TEXT NOT NULL,"
	"  PRIMARY KEY(bridge, chain)) WITHOUT ROWID;"

	/* Volumes: labels and options are JSON objects of strings. */
	"CREATE TABLE volume(name TEXT PRIMARY KEY, driver TEXT NOT NULL, created INTEGER NOT NULL,"
	"  anonymous INTEGER NOT NULL, labels TEXT NOT NULL, options TEXT NOT NULL) WITHOUT ROWID;",
};

const int store_migration_count = ELEMENTS(store_migrations);
