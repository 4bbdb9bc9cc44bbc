/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the three files a container gets for names, as docker writes them: /etc/hosts,
 * /etc/resolv.conf, /etc/hostname. Text in, text out; only names_host_resolv_read touches files.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/vec.h"

#include <stdbool.h>

struct names_hosts {
	const char *hostname, *domainname; /* of the container; domainname may be NULL */
	struct ip_addr address;		   /* unset: none (network none) */
	const char *const *extra; /* "name:address", address may be "host-gateway"; NULL at end */
	struct ip_addr host_gateway; /* what host-gateway stands for; unset: refused */
	bool ipv6;		     /* lines for ::1 and the multicast names */
};

/* --network host takes the host's own /etc/hosts (text) and adds `extra`. */
int names_hosts_write(const struct names_hosts *h, struct buf *out, struct err *e) _must_check;
int names_hosts_write_host(struct str_slice host_file, const struct names_hosts *h, struct buf *out,
			   struct err *e) _must_check;

/* "name:address" or "name=address"; the address may be "host-gateway" or in brackets. */
int names_extra_check(const char *extra, struct err *e) _must_check;

struct names_resolv {
	struct str_slice host;					 /* the host's resolv.conf */
	const char *const *dns, *const *search, *const *options; /* NULL-terminated, may be NULL */
	bool keep_loopback; /* host network: 127.0.0.53 is reachable, nothing is filtered */
	bool ipv6;	    /* the container can reach IPv6 nameservers */
};

/*
 * Loopback nameservers of the host are left out; with none left, 8.8.8.8 and 8.8.4.4 as docker.
 * What --dns, --dns-search (a single "." clears it) and --dns-opt name replaces the host's.
 */
int names_resolv_write(const struct names_resolv *r, struct buf *out, struct err *e) _must_check;

/*
 * The host's resolver file: /etc/resolv.conf, or where that names only systemd-resolved's stub
 * (127.0.0.53), /run/systemd/resolve/resolv.conf. An absent file is an empty one. At most 64 kB.
 */
int names_host_resolv_read(struct buf *out, struct err *e) _must_check;

int names_hostname_write(const char *hostname, struct buf *out, struct err *e) _must_check;
