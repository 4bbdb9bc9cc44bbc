/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the few lines of machine code that a child on a stack of its own needs. */
#include "os/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024, SIGNALS = 64 };

/* struct clone_args of Linux 5.7, whose name older headers lack. */
struct clone_words {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};

static struct clone_words words_of(const struct clone_request *request)
{
	struct clone_words w = { .flags = request->flags | CLONE_CLEAR_SIGHAND };

	if (!(request->flags & CLONE_PARENT)) /* a sibling takes its parent's own signal */
		w.exit_signal = SIGCHLD;
	if (request->ret_pidfd) {
		w.flags |= CLONE_PIDFD;
		w.pidfd = (uintptr_t)request->ret_pidfd;
	}
	if (request->cgroup >= 0) {
		w.flags |= CLONE_INTO_CGROUP;
		w.cgroup = (uint64_t)request->cgroup;
	}
	return w;
}

pid_t clone_process(const struct clone_request *request)
{
	struct clone_words w = words_of(request);
	pid_t pid = (pid_t)syscall(SYS_clone3, &w, sizeof(w));

	return pid < 0 ? -errno : pid;
}

#if defined(__x86_64__)
/* The child wakes on the new stack: it may touch nothing of this frame but the two registers. */
static long clone_on_stack(struct clone_words *w, int (*child)(void *), void *ctx)
{
	register int (*fn)(void *) __asm__("r8") = child;
	register void *arg __asm__("r9") = ctx;
	long r;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r9, %%rdi\n\t"
			 "call *%%r8\n\t"
			 "mov %%eax, %%edi\n\t"
			 "mov %[exit], %%eax\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(r)
			 : "0"((long)SYS_clone3), "D"(w), "S"(sizeof(*w)), "r"(fn),
			   "r"(arg), [exit] "i"(SYS_exit_group)
			 : "rcx", "r11", "memory", "cc");
	return r;
}
#elif defined(__aarch64__)
static long clone_on_stack(struct clone_words *w, int (*child)(void *), void *ctx)
{
	register long number __asm__("x8") = SYS_clone3;
	register struct clone_words *args __asm__("x0") = w;
	register long size __asm__("x1") = sizeof(*w);
	register int (*fn)(void *) __asm__("x10") = child;
	register void *arg __asm__("x11") = ctx;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x11\n\t"
			 "blr x10\n\t"
			 "mov x8, %[exit]\n\t"
			 "svc #0\n"
			 "1:"
			 : "+r"(args)
			 : "r"(number), "r"(size), "r"(fn), "r"(arg), [exit] "i"(SYS_exit_group)
			 : "memory", "cc");
	return (long)args;
}
#else
#error "clone_on_stack is written for x86-64 and AArch64: add this processor's"
#endif

pid_t clone_borrowing(const struct clone_request *request, int (*child)(void *ctx), void *ctx)
{
	_Alignas(16) char stack[STACK_SIZE];
	struct clone_words w = words_of(request);

	w.flags |= CLONE_VM | CLONE_VFORK;
	w.stack = (uintptr_t)stack;
	w.stack_size = sizeof(stack);
	return (pid_t)clone_on_stack(&w, child, ctx);
}

void clone_reset_signals(void)
{
	struct { /* the kernel's struct sigaction: all zero is SIG_DFL */
		uint64_t handler, flags, restorer, mask;
	} action;
	uint64_t none = 0;

	memset(&action, 0, sizeof(action));
	for (int signal = 1; signal <= SIGNALS; signal++) /* KILL and STOP answer EINVAL */
		syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof(uint64_t));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}
