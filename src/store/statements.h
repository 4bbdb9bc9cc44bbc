/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every SQL statement the engine runs, one row each: X(name, text). The tables are in
 * store/migrations.c. A room adds its rows here, under its own heading; nobody writes SQL
 * elsewhere.
 */
#pragma once

#define STORE_STATEMENTS(X)                                                                              \
	/* intents */                                                                                    \
	X(STORE_INTENT_INSERT,                                                                           \
	  "INSERT INTO intent(id, kind, object, detail, since) VALUES(?1, ?2, ?3, ?4, ?5)")              \
	X(STORE_INTENT_DELETE, "DELETE FROM intent WHERE id = ?1")                                       \
	X(STORE_INTENT_LIST, "SELECT id, kind, object, detail FROM intent ORDER BY id")                  \
	X(STORE_INTENT_LAST, "SELECT coalesce(max(id), 0) FROM intent")                                  \
	/* facts about this data root: schema of names, boot id, engine id */                            \
	X(STORE_FACT_SET, "INSERT INTO fact(name, value) VALUES(?1, ?2) "                                \
			  "ON CONFLICT(name) DO UPDATE SET value = excluded.value")                      \
	X(STORE_FACT_GET, "SELECT value FROM fact WHERE name = ?1")                                      \
	/* containers */                                                                                 \
	X(STORE_CONTAINER_INSERT,                                                                        \
	  "INSERT INTO container(id, name, created, config, state) VALUES(?1, ?2, ?3, ?4, ?5)")          \
	X(STORE_CONTAINER_STATE, "UPDATE container SET state = ?2 WHERE id = ?1")                        \
	X(STORE_CONTAINER_CONFIG, "UPDATE container SET config = ?2 WHERE id = ?1")                      \
	X(STORE_CONTAINER_RENAME, "UPDATE container SET name = ?2 WHERE id = ?1")                        \
	X(STORE_CONTAINER_DELETE, "DELETE FROM container WHERE id = ?1")                                 \
	X(STORE_CONTAINER_LIST,                                                                          \
	  "SELECT id, name, created, config, state FROM container ORDER BY created")                     \
	/* networks */                                                                                   \
	X(STORE_NETWORK_SET,                                                                             \
	  "INSERT INTO network(id, name, driver, created, subnet) VALUES(?1, ?2, ?3, ?4, ?5) "           \
	  "ON CONFLICT(id) DO UPDATE SET subnet = excluded.subnet")                                      \
	X(STORE_NETWORK_LIST,                                                                            \
	  "SELECT id, name, driver, created, subnet FROM network ORDER BY created, name")                \
	X(STORE_ENDPOINT_SET,                                                                            \
	  "INSERT OR REPLACE INTO endpoint(container, network, id, container_name, address, mac, "       \
	  "host_link, ports) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                    \
	X(STORE_ENDPOINT_RENAME, "UPDATE endpoint SET container_name = ?2 WHERE container = ?1")         \
	X(STORE_ENDPOINT_DELETE, "DELETE FROM endpoint WHERE container = ?1")                            \
	X(STORE_ENDPOINT_LIST,                                                                           \
	  "SELECT container, network, id, container_name, address, mac, host_link, ports FROM endpoint") \
	X(STORE_JUMP_SET, "INSERT OR IGNORE INTO firewall_jump(bridge, chain) VALUES(?1, ?2)")           \
	X(STORE_JUMP_DELETE, "DELETE FROM firewall_jump WHERE bridge = ?1 AND chain = ?2")               \
	X(STORE_JUMP_LIST, "SELECT bridge, chain FROM firewall_jump")                                    \
	/* volumes */                                                                                    \
	X(STORE_VOLUME_INSERT,                                                                           \
	  "INSERT INTO volume(name, driver, created, anonymous, labels, options) "                       \
	  "VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                                                              \
	X(STORE_VOLUME_DELETE, "DELETE FROM volume WHERE name = ?1")                                     \
	X(STORE_VOLUME_LIST, "SELECT name, driver, created, anonymous, labels, options FROM volume")
