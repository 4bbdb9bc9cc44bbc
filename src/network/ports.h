/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the host's ports: who has published which, the choice of free ones, and the sockets that
 * keep others from taking them. A reservation outlives the daemon because its sockets are passed
 * to the container's shim.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { PORT_PROTO_TEXT_MAX = 5 };

/*
 * What is asked: `count` container ports from container_first, to as many host ports. With
 * host_first 0 the engine chooses; with a host range longer than count (docker's
 * "8000-9000:80") it takes the first free ones in it.
 */
struct port_request {
	uint8_t proto;	     /* IPPROTO_TCP, _UDP, _SCTP */
	struct ip_addr host; /* unset: the daemon's --ip, as a rule every address */
	uint16_t container_first, count;
	uint16_t host_first, host_last;
};

/* What was given. `host` is 0.0.0.0 or :: for every address. */
struct port_binding {
	uint8_t proto;
	struct ip_addr host;
	uint16_t host_first, container_first, count;
};

/* A socket that keeps a host port: bound, never listening. Whoever serves the port listens on it.
 */
struct port_socket {
	int fd;
	struct port_binding binding; /* count 1 */
	bool serve; /* the kernel does not translate this one: the holder of the socket serves it */
};

struct port_reservation {
	struct port_binding *bindings;
	size_t n_bindings;
	struct port_socket *sockets; /* none for a binding of more than PORT_SOCKETS_MAX ports */
	size_t n_sockets;
	char container[65]; /* "": nothing reserved */
};
#define PORT_RESERVATION_INIT ((struct port_reservation){ 0 })

enum { PORT_SOCKETS_MAX = 64 }; /* ports of one binding beyond which a row and a dump must do */

/* Frees the memory and closes the sockets; the ports stay taken until network_ports_release. */
void port_reservation_done(struct port_reservation *r);

/* "tcp", "udp", "sctp"; NULL for others. */
const char *port_proto_name(uint8_t proto);
/* -EINVAL. Any case. */
int port_proto_parse(struct str_slice s, uint8_t *ret) _must_check;
