/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the grammar of published ports, `[host:][first[-last]:]first[-last][/proto]`, where an IPv6
 * host stands in brackets, and of container ports, "80/tcp". No I/O, no allocation. Any thread.
 * Source: docker run's -p; port grammar of the Engine API 1.55.
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"

enum port_proto { PORT_TCP, PORT_UDP, PORT_SCTP, PORT_PROTO_COUNT };

struct port_range {
	uint16_t first, last; /* first <= last; in `host` 0-0: the engine chooses */
};

struct port_spec {
	enum port_proto proto;
	struct ip_addr host_addr; /* IP_NONE: every address of the host */
	/* Equally long, or host is 0-0, or container is one port and host the range to choose from.
	 */
	struct port_range host, container;
};

/*
 * On failure *ret is untouched and e names the part that was wrong. Errors: ERR_BAD_PARAMETER.
 */
int port_spec_parse(struct str_slice text, struct port_spec *ret, struct err *e) _must_check;

/* "80", "80/udp", "7000-7010/tcp": what EXPOSE and the keys of PortBindings say. */
int port_parse_container(struct str_slice text, enum port_proto *ret_proto,
			 struct port_range *ret_range, struct err *e) _must_check;

/* "80" or "80-90"; 0 is refused unless `zero_allowed`. -EINVAL. */
enum port_zero { PORT_ZERO_REFUSED, PORT_ZERO_ALLOWED };
int port_range_parse(struct str_slice text, enum port_zero zero, struct port_range *ret)
	_must_check;

/* "tcp", "udp", "sctp" in any case; -EINVAL. */
int port_proto_of_name(struct str_slice name, enum port_proto *ret) _must_check;
const char *port_proto_name(enum port_proto proto);

static inline unsigned port_range_size(struct port_range r)
{
	return (unsigned)(r.last - r.first) + 1;
}
