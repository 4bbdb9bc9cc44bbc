/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the rows of each message of the shim's dialogue, and the socket it listens on. */
#include "rpc/shim.h"

#include "base/own.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* X(struct, message type, fields): one row a message that has fields. */
#define SHIM_MESSAGES(X)                                            \
	X(shim_slots, SHIM_SLOTS, SHIM_SLOTS_FIELDS)                \
	X(shim_start, SHIM_START, SHIM_START_FIELDS)                \
	X(shim_exec, SHIM_EXEC, SHIM_EXEC_FIELDS)                   \
	X(shim_probe, SHIM_PROBE, SHIM_PROBE_FIELDS)                \
	X(shim_stream, SHIM_STREAM, SHIM_STREAM_FIELDS)             \
	X(shim_signal, SHIM_SIGNAL, SHIM_SIGNAL_FIELDS)             \
	X(shim_resize, SHIM_RESIZE, SHIM_RESIZE_FIELDS)             \
	X(shim_hold, SHIM_HOLD, SHIM_HOLD_FIELDS)                   \
	X(shim_ack, SHIM_ACK, SHIM_ACK_FIELDS)                      \
	X(shim_paused, SHIM_PAUSED, SHIM_PAUSED_FIELDS)             \
	X(shim_hello, SHIM_HELLO, SHIM_HELLO_FIELDS)                \
	X(shim_started, SHIM_STARTED, SHIM_STARTED_FIELDS)          \
	X(shim_root_is, SHIM_ROOT_IS, SHIM_ROOT_IS_FIELDS)          \
	X(shim_exit, SHIM_EXIT, SHIM_EXIT_FIELDS)                   \
	X(shim_stream_end, SHIM_STREAM_END, SHIM_STREAM_END_FIELDS) \
	X(shim_health, SHIM_HEALTH, SHIM_HEALTH_FIELDS)             \
	X(shim_note, SHIM_NOTE, SHIM_NOTE_FIELDS)

#define DEFINE_SHAPE(name, type, fields) RPC_SHAPE(name, type, fields);
SHIM_MESSAGES(DEFINE_SHAPE)

const struct rpc_shape shim_ready_shape = { SHIM_READY, 0, "shim_ready", NULL };
const struct rpc_shape shim_root_shape = { SHIM_ROOT, 0, "shim_root", NULL };
const struct rpc_shape shim_removed_shape = { SHIM_REMOVED, 0, "shim_removed", NULL };
const struct rpc_shape shim_quit_shape = { SHIM_QUIT, 0, "shim_quit", NULL };

#define SHAPE_POINTER(name, type, fields) &name##_shape,
static const struct rpc_shape *const shapes[] = {
	SHIM_MESSAGES(SHAPE_POINTER) & shim_ready_shape,
	&shim_root_shape,
	&shim_removed_shape,
	&shim_quit_shape,
	&rpc_error_shape,
	&rpc_ok_shape,
};

/* EXEC_EXIT is an EXIT and RELEASE a HOLD by their fields. */
const struct rpc_shape *shim_shape_find(uint16_t type)
{
	if (type == SHIM_EXEC_EXIT)
		type = SHIM_EXIT;
	if (type == SHIM_RELEASE)
		type = SHIM_HOLD;
	for (size_t i = 0; i < ELEMENTS(shapes); i++) {
		if (shapes[i]->type == type)
			return shapes[i];
	}
	return NULL;
}

/* Through /proc the name stays short enough for sun_path, wherever the run directory is. */
static void socket_address(int run_dir, struct sockaddr_un *ret)
{
	char digits[12];
	size_t n = 0;
	unsigned v = (unsigned)run_dir;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	do {
		digits[n++] = (char)('0' + v % 10);
	} while ((v /= 10) > 0);
	strcpy(ret->sun_path, "/proc/self/fd/");
	for (char *at = ret->sun_path + strlen(ret->sun_path); n > 0;)
		*at++ = digits[--n];
	strcat(ret->sun_path, "/" SHIM_SOCKET_NAME);
}

int shim_listen(int run_dir, struct err *e)
{
	struct sockaddr_un address;
	auto_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (sock < 0)
		return err_sys(e, errno, "cannot make the shim's socket");
	socket_address(run_dir, &address);
	if (unlinkat(run_dir, SHIM_SOCKET_NAME, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot replace '%s'", SHIM_SOCKET_NAME);
	/* On a unix socket fchmod before bind decides the mode of the name. */
	if (fchmod(sock, 0600) < 0 ||
	    bind(sock, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(sock, 8) < 0)
		return err_sys(e, errno, "cannot listen on '%s'", SHIM_SOCKET_NAME);
	return TAKE_FD(sock);
}

int shim_connect(int run_dir, struct err *e)
{
	struct sockaddr_un address;
	auto_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (sock < 0)
		return err_sys(e, errno, "cannot make a socket for the shim");
	socket_address(run_dir, &address);
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(e, errno, "cannot reach the shim at '%s'", SHIM_SOCKET_NAME);
	return TAKE_FD(sock);
}
