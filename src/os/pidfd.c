/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the pidfd calls, which musl and older glibc do not wrap. */
#include "os/pidfd.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_PIDFD = 3 }; /* P_PIDFD of linux/wait.h */

int pidfd_open_pid(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int pidfd_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

static int wait_for(int pidfd, int options, struct pidfd_exit *ret)
{
	siginfo_t info;
	int r;

	memset(&info, 0, sizeof(info));
	do
		r = waitid((idtype_t)WAIT_PIDFD, (id_t)pidfd, &info, WEXITED | options);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	if (info.si_pid == 0)
		return -EAGAIN;
	ret->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	ret->code = ret->signal ? 128 + ret->signal : info.si_status & 0xff;
	return 0;
}

int pidfd_reap(int pidfd, struct pidfd_exit *ret)
{
	return wait_for(pidfd, WNOHANG, ret);
}

int pidfd_wait(int pidfd, struct pidfd_exit *ret)
{
	return wait_for(pidfd, 0, ret);
}
