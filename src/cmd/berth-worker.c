/* SPDX-License-Identifier: Apache-2.0 */
/* berth-worker JOB: reads untrusted bytes for the daemon, in a sandbox, once. */
#include "worker/worker.h"

int main(int argc, char **argv)
{
	return worker_main(argc, argv);
}
