/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns every message between the daemon and a shim. One side's struct is the other side's struct:
 * rpc_encode(w, &shim_start_shape, &start), rpc_decode(&shim_start_shape, m, &start, e).
 *
 * The daemon starts a shim with SHIM_FD_* open; later daemons connect to shim.sock in the run
 * directory. On each connection the shim speaks first: HELLO, then, flagged RPC_REPLAY, STARTED of
 * the container and of each running exec, every EXIT and EXEC_EXIT nobody acknowledged,
 * the last HEALTH, and READY. STREAM_END is told once, to whoever is connected. A new connection
 * replaces the one before it. Requests carry a seq that OK, ERROR or the reply named at the request
 * echoes; events carry 0.
 */
#pragma once

#include "rpc/error.h"

enum shim_fd {
	SHIM_FD_CONTROL =
		3, /* connected seqpacket socket: the daemon's end is its first connection */
	SHIM_FD_LISTEN = 4, /* listening seqpacket socket bound at RUN_DIR/shim.sock */
	SHIM_FD_DIR = 5,    /* RUN_DIR = EXEC_ROOT/c/ID: exit records go here */
};
#define SHIM_SOCKET_NAME "shim.sock"

enum {
	SHIM_PROTOCOL = 1,
	SHIM_ID_MAX = 64,	      /* characters of an exec's id */
	SHIM_EXECS_MAX = 512,	      /* running or not yet acknowledged */
	SHIM_STREAMS_MAX = 1024,      /* handed over to one shim */
	SHIM_SLOTS_MAX = 1024,	      /* of one plan */
	SHIM_HANDOVER_MAX = 24 << 10, /* bytes of `unsent` and of `unread`, each */
	SHIM_PROBE_OUTPUT = 4096,
	SHIM_RING_DEFAULT = 1 << 20, /* STREAM's `limit` when it is 0 */
	SHIM_RING_MAX = 16 << 20,
	SHIM_DETACH_MAX = 16,
};

enum shim_message {
	/* daemon -> shim */
	SHIM_SLOTS = 16, /* more slots for the next START, EXEC or PROBE; no reply */
	SHIM_START,	 /* -> STARTED or ERROR */
	SHIM_EXEC,	 /* -> STARTED or ERROR */
	SHIM_PROBE,	 /* before START or while running: the health check -> OK */
	SHIM_STREAM,	 /* hands a client over -> OK or ERROR (the descriptor is then closed) */
	SHIM_SIGNAL,	 /* -> OK or ERROR */
	SHIM_RESIZE,	 /* -> OK or ERROR */
	SHIM_ROOT,	 /* -> ROOT_IS: the container's root as an O_PATH descriptor */
	SHIM_HOLD,	 /* keeps descriptors open until RELEASE or exit -> OK */
	SHIM_RELEASE,	 /* -> OK */
	SHIM_ACK,	 /* of an EXIT (no exec_id) or EXEC_EXIT; no reply */
	SHIM_REMOVED,	 /* answers the waits for removal; no reply */
	SHIM_PAUSED, /* the container's cgroup was frozen or thawed: no probes meanwhile; no reply
		      */
	SHIM_QUIT,   /* leave, whatever is open; a container that still runs is killed */

	/* shim -> daemon */
	SHIM_HELLO = 128,
	SHIM_READY,
	SHIM_STARTED,
	SHIM_ROOT_IS,
	SHIM_EXIT,
	SHIM_EXEC_EXIT,
	SHIM_STREAM_END,
	SHIM_HEALTH,
	SHIM_NOTE, /* a sentence for the daemon's log */
};

enum shim_state { SHIM_IDLE, SHIM_RUNNING, SHIM_EXITED };

#define SHIM_HELLO_FIELDS(F, S)                                                           \
	F(S, 1, U32, protocol, REQUIRED)                                                  \
	F(S, 2, U32, plan_version, REQUIRED)                                              \
	F(S, 3, BYTES, steps, OPTIONAL) /* the steps it can execute: bit N of byte N/8 */ \
	F(S, 4, U32, state, OPTIONAL)	/* enum shim_state */                             \
	F(S, 5, U32, shim_pid, OPTIONAL)                                                  \
	F(S, 6, U32, execs, OPTIONAL)	 /* running */                                    \
	F(S, 7, U32, streams, OPTIONAL)	 /* attached */                                   \
	F(S, 8, TEXT, version, OPTIONAL) /* of berth, for people */
RPC_STRUCT(shim_hello, SHIM_HELLO_FIELDS);

/*
 * Slot i of `slot_numbers` (uint32_t each, positions in the plan's table) is descriptor i of
 * `slot_fds`. The shim itself fills STDIN, STDOUT, STDERR and TTY_SIZE, and for an exec or a probe
 * PEER and, where they were left empty, CGROUP with those of the container's start.
 */
#define SHIM_SLOTS_FIELDS(F, S)                \
	F(S, 1, BYTES, slot_numbers, OPTIONAL) \
	F(S, 2, FDS, slot_fds, OPTIONAL)
RPC_STRUCT(shim_slots, SHIM_SLOTS_FIELDS);

enum shim_log { SHIM_LOG_NONE, SHIM_LOG_JSON_FILE };

#define SHIM_START_FIELDS(F, S)                                                                \
	F(S, 1, BYTES, slot_numbers, OPTIONAL)                                                 \
	F(S, 2, FDS, slot_fds, OPTIONAL)                                                       \
	F(S, 3, FD, plan, REQUIRED) /* sealed memfd */                                         \
	F(S, 4, U32, tty, OPTIONAL)                                                            \
	F(S, 5, U32, stdin_open, OPTIONAL) /* OpenStdin; otherwise stdin is /dev/null */       \
	F(S, 6, U32, stdin_once, OPTIONAL) /* StdinOnce: ends with the first client's input */ \
	F(S, 7, U32, rows, OPTIONAL)                                                           \
	F(S, 8, U32, cols, OPTIONAL)                                                           \
	F(S, 9, U32, log, OPTIONAL) /* enum shim_log */                                        \
	F(S, 10, FD, log_dir, OPTIONAL)                                                        \
	F(S, 11, TEXT, log_name, OPTIONAL)	/* ID-json.log */                              \
	F(S, 12, U64, log_max_size, OPTIONAL)	/* bytes; 0: no limit, never rotated */        \
	F(S, 13, U32, log_max_files, OPTIONAL)	/* 0 and 1: one file, emptied when full */     \
	F(S, 14, U32, log_compressed, OPTIONAL) /* rotated files may end in .gz */             \
	F(S, 15, BYTES, log_attrs, OPTIONAL)	/* JSON object for "attrs", written as it is */
RPC_STRUCT(shim_start, SHIM_START_FIELDS);

#define SHIM_EXEC_FIELDS(F, S)                                                \
	F(S, 1, BYTES, slot_numbers, OPTIONAL)                                \
	F(S, 2, FDS, slot_fds, OPTIONAL)                                      \
	F(S, 3, FD, plan, REQUIRED)                                           \
	F(S, 4, TEXT, exec_id, REQUIRED)                                      \
	F(S, 5, U32, tty, OPTIONAL)                                           \
	F(S, 6, U32, stdin_open, OPTIONAL) /* ends with its client's input */ \
	F(S, 7, U32, rows, OPTIONAL)                                          \
	F(S, 8, U32, cols, OPTIONAL)
RPC_STRUCT(shim_exec, SHIM_EXEC_FIELDS);

/* The health check. Times in nanoseconds, docker's defaults already filled in. No plan: none. */
#define SHIM_PROBE_FIELDS(F, S)                \
	F(S, 1, BYTES, slot_numbers, OPTIONAL) \
	F(S, 2, FDS, slot_fds, OPTIONAL)       \
	F(S, 3, FD, plan, OPTIONAL)            \
	F(S, 4, I64, interval, OPTIONAL)       \
	F(S, 5, I64, timeout, OPTIONAL)        \
	F(S, 6, I64, start_period, OPTIONAL)   \
	F(S, 7, I64, start_interval, OPTIONAL) \
	F(S, 8, U32, retries, OPTIONAL)
RPC_STRUCT(shim_probe, SHIM_PROBE_FIELDS);

#define SHIM_STARTED_FIELDS(F, S)                                                         \
	F(S, 1, TEXT, exec_id, OPTIONAL) /* empty: the container itself */                \
	F(S, 2, U32, pid, REQUIRED)                                                       \
	F(S, 3, FD, pidfd, OPTIONAL)                                                      \
	F(S, 4, I64, time, OPTIONAL)	       /* stamp_ns */                             \
	F(S, 5, BYTES, slot_numbers, OPTIONAL) /* what the plan opened to be sent back */ \
	F(S, 6, FDS, slot_fds, OPTIONAL)
RPC_STRUCT(shim_started, SHIM_STARTED_FIELDS);

/* How the client wants its bytes: `content` inside `wrap`. */
enum shim_content {
	SHIM_CONTENT_RAW,  /* a tty's bytes */
	SHIM_CONTENT_MUX,  /* frames {stream, 0, 0, 0, length u32 big endian} */
	SHIM_CONTENT_WAIT, /* {"StatusCode":N}\n at the exit */
};
enum shim_wrap {
	SHIM_WRAP_NONE,
	SHIM_WRAP_CHUNKED,   /* HTTP/1.1 chunked body, closed by its last chunk */
	SHIM_WRAP_WEBSOCKET, /* number kept; refused by protocol 1 */
};
enum shim_direction { SHIM_STDIN = 1, SHIM_STDOUT = 2, SHIM_STDERR = 4 };
enum shim_source {
	SHIM_SOURCE_LIVE,   /* output from now on; the container waits for a slow client */
	SHIM_SOURCE_LOG,    /* attach with logs=1: the log from its position, then live */
	SHIM_SOURCE_FOLLOW, /* logs -f: the log from its position for ever; nobody waits */
};
enum shim_slow { SHIM_SLOW_BLOCKS, SHIM_SLOW_IS_CUT }; /* when `limit` is reached */
enum shim_wait { SHIM_WAIT_EXIT, SHIM_WAIT_REMOVED };

#define SHIM_STREAM_FIELDS(F, S)                                                                \
	F(S, 1, U32, stream_id, REQUIRED) /* the daemon's name for it, in STREAM_END */         \
	F(S, 2, FD, socket, REQUIRED)                                                           \
	F(S, 3, TEXT, exec_id, OPTIONAL) /* may precede its EXEC */                             \
	F(S, 4, U32, content, OPTIONAL)                                                         \
	F(S, 5, U32, wrap, OPTIONAL)                                                            \
	F(S, 6, U32, directions, OPTIONAL)    /* SHIM_STDIN | … */                            \
	F(S, 7, BYTES, unsent, OPTIONAL)      /* reply bytes that go first, as they are */      \
	F(S, 8, BYTES, unread, OPTIONAL)      /* request bytes already read: the first input */ \
	F(S, 9, BYTES, detach_keys, OPTIONAL) /* rpc/detach.h; empty: none */                   \
	F(S, 10, U32, slow, OPTIONAL)                                                           \
	F(S, 11, U64, limit, OPTIONAL) /* bytes kept for a client that does not read */         \
	F(S, 12, U32, source, OPTIONAL)                                                         \
	F(S, 13, U64, log_file, OPTIONAL) /* position: generation (inode) and offset */         \
	F(S, 14, U64, log_offset, OPTIONAL)                                                     \
	F(S, 15, U32, timestamps, OPTIONAL)                                                     \
	F(S, 16, TEXT, details, OPTIONAL) /* put before each line, as it is */                  \
	F(S, 17, I64, since, OPTIONAL)                                                          \
	F(S, 18, I64, until, OPTIONAL)                                                          \
	F(S, 19, U32, wait_for, OPTIONAL) /* enum shim_wait */
RPC_STRUCT(shim_stream, SHIM_STREAM_FIELDS);

enum shim_end {
	SHIM_END_EOF,	      /* the client left, or everything was said */
	SHIM_END_DETACHED,    /* by its detach keys */
	SHIM_END_ERROR,	      /* its socket failed */
	SHIM_END_SLOW,	      /* it did not read and was cut */
	SHIM_END_NOT_STARTED, /* the start or exec it waited for failed */
};

#define SHIM_STREAM_END_FIELDS(F, S)      \
	F(S, 1, U32, stream_id, REQUIRED) \
	F(S, 2, TEXT, exec_id, OPTIONAL)  \
	F(S, 3, U32, reason, OPTIONAL)
RPC_STRUCT(shim_stream_end, SHIM_STREAM_END_FIELDS);

#define SHIM_SIGNAL_FIELDS(F, S)         \
	F(S, 1, TEXT, exec_id, OPTIONAL) \
	F(S, 2, U32, signal, REQUIRED)
RPC_STRUCT(shim_signal, SHIM_SIGNAL_FIELDS);

#define SHIM_RESIZE_FIELDS(F, S)         \
	F(S, 1, TEXT, exec_id, OPTIONAL) \
	F(S, 2, U32, rows, REQUIRED)     \
	F(S, 3, U32, cols, REQUIRED)
RPC_STRUCT(shim_resize, SHIM_RESIZE_FIELDS);

#define SHIM_ROOT_IS_FIELDS(F, S) F(S, 1, FD, root, REQUIRED)
RPC_STRUCT(shim_root_is, SHIM_ROOT_IS_FIELDS);

#define SHIM_HOLD_FIELDS(F, S)        \
	F(S, 1, U64, group, OPTIONAL) \
	F(S, 2, FDS, fds, OPTIONAL) /* none in a RELEASE */
RPC_STRUCT(shim_hold, SHIM_HOLD_FIELDS);

/* The same values as the exit record (rpc/exit_record.h). */
#define SHIM_EXIT_FIELDS(F, S)                                     \
	F(S, 1, TEXT, exec_id, OPTIONAL) /* of an EXEC_EXIT */     \
	F(S, 2, U32, pid, OPTIONAL)                                \
	F(S, 3, U32, status, OPTIONAL) /* 0–255; 128 + signal */ \
	F(S, 4, I64, time, OPTIONAL)   /* stamp_ns */              \
	F(S, 5, U64, oom_kills, OPTIONAL)
RPC_STRUCT(shim_exit, SHIM_EXIT_FIELDS);

#define SHIM_ACK_FIELDS(F, S) F(S, 1, TEXT, exec_id, OPTIONAL)
RPC_STRUCT(shim_ack, SHIM_ACK_FIELDS);

#define SHIM_PAUSED_FIELDS(F, S) F(S, 1, U32, paused, OPTIONAL)
RPC_STRUCT(shim_paused, SHIM_PAUSED_FIELDS);

enum shim_verdict { SHIM_HEALTH_STARTING, SHIM_HEALTH_HEALTHY, SHIM_HEALTH_UNHEALTHY };

/* The result of each probe; `status` is what it makes of the container. */
#define SHIM_HEALTH_FIELDS(F, S)                                                               \
	F(S, 1, U32, status, OPTIONAL) /* enum shim_verdict */                                 \
	F(S, 2, U32, failing_streak, OPTIONAL)                                                 \
	F(S, 3, I64, exit_code, OPTIONAL) /* 0 healthy, 1 unhealthy, -1 it could not be run */ \
	F(S, 4, I64, started, OPTIONAL)                                                        \
	F(S, 5, I64, ended, OPTIONAL)                                                          \
	F(S, 6, BYTES, output, OPTIONAL)   /* at most SHIM_PROBE_OUTPUT */                     \
	F(S, 7, U32, output_cut, OPTIONAL) /* there was more */
RPC_STRUCT(shim_health, SHIM_HEALTH_FIELDS);

#define SHIM_NOTE_FIELDS(F, S) F(S, 1, TEXT, text, OPTIONAL)
RPC_STRUCT(shim_note, SHIM_NOTE_FIELDS);

/* Messages without fields; RPC_OK is in rpc/error.h. */
extern const struct rpc_shape shim_ready_shape, shim_root_shape, shim_removed_shape,
	shim_quit_shape;

/* The table of all of them, for tests and for dumping a dialogue; NULL: no such type. */
const struct rpc_shape *shim_shape_find(uint16_t type);

/*
 * Both for the daemon: the socket a shim listens on, bound in its run directory (a stale one is
 * replaced), and a connection to it. A descriptor, or negative with e set.
 */
int shim_listen(int run_dir, struct err *e) _must_check;
int shim_connect(int run_dir, struct err *e) _must_check;
