/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the filter of system calls: a table of numbers with the group that needs them, turned into a
 * seccomp program of one comparison a call. A call that is not in the table fails with ENOSYS, so
 * that libc falls back where it can (clone3 to clone, whose flags can be looked at).
 */
#include "worker/syscalls.h"

#include "base/log.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCH AUDIT_ARCH_RISCV64
#else
#error "name this architecture's AUDIT_ARCH here"
#endif

enum { READ = SANDBOX_READ_TREE, WRITE = SANDBOX_WRITE_TREE, NET = SANDBOX_NETWORK };

static const struct {
	int number;
	unsigned groups; /* any of them; 0: always */
} calls[] = {
	/* what is open */
	{ SYS_read, 0 },
	{ SYS_write, 0 },
	{ SYS_readv, 0 },
	{ SYS_writev, 0 },
	{ SYS_pread64, 0 },
	{ SYS_pwrite64, 0 },
	{ SYS_lseek, 0 },
	{ SYS_close, 0 },
	{ SYS_fstat, 0 },
	{ SYS_newfstatat, 0 },
	{ SYS_fstatfs, 0 },
	{ SYS_ftruncate, 0 },
	{ SYS_fcntl, 0 },
	{ SYS_ppoll, 0 },
	{ SYS_sendmsg, 0 },
	{ SYS_recvmsg, 0 },
	{ SYS_copy_file_range, 0 },
	{ SYS_fadvise64, 0 },
#ifdef SYS_poll
	{ SYS_poll, 0 },
#endif
	/* memory, time, threads */
	{ SYS_brk, 0 },
	{ SYS_munmap, 0 },
	{ SYS_mremap, 0 },
	{ SYS_madvise, 0 },
	{ SYS_futex, 0 },
	{ SYS_set_robust_list, 0 },
	{ SYS_rseq, 0 },
	{ SYS_getrandom, 0 },
	{ SYS_gettid, 0 },
	{ SYS_getpid, 0 },
	{ SYS_tgkill, 0 }, /* abort(3) */
	{ SYS_clock_gettime, 0 },
	{ SYS_clock_nanosleep, 0 },
	{ SYS_sched_getaffinity, 0 },
	{ SYS_sched_yield, 0 },
	{ SYS_rt_sigprocmask, 0 },
	{ SYS_rt_sigaction, 0 },
	{ SYS_rt_sigreturn, 0 },
	{ SYS_restart_syscall, 0 },
	{ SYS_exit, 0 },
	{ SYS_exit_group, 0 },
	/* looking */
	{ SYS_openat, READ | WRITE | NET },
	{ SYS_openat2, READ | WRITE },
	{ SYS_getdents64, READ | WRITE },
	{ SYS_readlinkat, READ | WRITE },
	{ SYS_statx, READ | WRITE | NET },
	{ SYS_fchdir, READ | WRITE },
	{ SYS_fgetxattr, READ | WRITE },
	{ SYS_lgetxattr, READ | WRITE },
	{ SYS_flistxattr, READ | WRITE },
	{ SYS_llistxattr, READ | WRITE },
	{ SYS_dup, READ | WRITE },
	/* changing */
	{ SYS_mkdirat, WRITE },
	{ SYS_mknodat, WRITE },
	{ SYS_symlinkat, WRITE },
	{ SYS_linkat, WRITE },
	{ SYS_unlinkat, WRITE },
	{ SYS_renameat2, WRITE },
	{ SYS_fchown, WRITE },
	{ SYS_fchownat, WRITE },
	{ SYS_fchmod, WRITE },
	{ SYS_fchmodat, WRITE },
	{ SYS_utimensat, WRITE },
	{ SYS_fsetxattr, WRITE },
	{ SYS_lsetxattr, WRITE },
	{ SYS_fremovexattr, WRITE },
	{ SYS_fallocate, WRITE },
	{ SYS_umask, WRITE },
#ifdef SYS_open
	{ SYS_open, NET },
	{ SYS_stat, NET },
	{ SYS_access, NET },
	{ SYS_readlink, NET },
#endif
	/* the network */
	{ SYS_socket, NET },
	{ SYS_socketpair, NET },
	{ SYS_connect, NET },
	{ SYS_bind, NET },
	{ SYS_sendto, NET },
	{ SYS_recvfrom, NET },
	{ SYS_sendmmsg, NET },
	{ SYS_recvmmsg, NET },
	{ SYS_getsockname, NET },
	{ SYS_getpeername, NET },
	{ SYS_getsockopt, NET },
	{ SYS_setsockopt, NET },
	{ SYS_shutdown, NET },
	{ SYS_ioctl, NET },
	{ SYS_pipe2, NET },
	{ SYS_eventfd2, NET },
	{ SYS_uname, NET },
	{ SYS_getuid, NET },
	{ SYS_geteuid, NET },
	{ SYS_getegid, NET },
	{ SYS_getgid, NET },
	{ SYS_getdents64, NET },
	{ SYS_sysinfo, NET },
	{ SYS_faccessat, NET },
};

enum {
	HEAD = 6,     /* architecture, number */
	SPECIAL = 14, /* clone, mmap, mprotect */
	TAIL = 2,
	PROGRAM_MAX = HEAD + SPECIAL + 2 * ELEMENTS(calls) + TAIL
};

#define FIELD(name) (uint32_t) offsetof(struct seccomp_data, name)
#define LOAD(at)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define RETURN(v)   BPF_STMT(BPF_RET | BPF_K, (v))
/* Skips `n` instructions unless the loaded word is v. */
#define UNLESS(v, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(v), 0, (n))

#define REFUSE	     (SECCOMP_RET_ERRNO | ENOSYS)

/* Low words come first: every architecture above is little endian. */
#define ARG_LOW(n) (FIELD(args) + 8 * (n))

static unsigned fill(struct sock_filter *p, unsigned groups)
{
	const struct sock_filter head[] = {
		LOAD(FIELD(arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(FIELD(nr)),
		/* threads, no processes */
		UNLESS(SYS_clone, 4),
		LOAD(ARG_LOW(0)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(REFUSE),
		/* no new code */
		UNLESS(SYS_mmap, 1),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		UNLESS(SYS_mprotect, 4),
		LOAD(ARG_LOW(2)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(REFUSE),
	};
	unsigned n = 0;

	for (unsigned i = 0; i < ELEMENTS(head); i++)
		p[n++] = head[i];
	for (unsigned i = 0; i < ELEMENTS(calls); i++) {
		if (calls[i].groups && !(calls[i].groups & groups))
			continue;
		p[n++] = (struct sock_filter)UNLESS(calls[i].number, 1);
		p[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	}
	p[n++] = (struct sock_filter)RETURN(REFUSE);
	return n;
}

int syscalls_close(unsigned groups, struct err *e)
{
	struct sock_filter program[PROGRAM_MAX];
	struct sock_fprog p = { .filter = program };

	p.len = (unsigned short)fill(program, groups);
	assert(p.len <= PROGRAM_MAX);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return err_sys(e, errno, "cannot filter the worker's system calls");
	log_debug("this kernel has no seccomp");
	return 0;
}
