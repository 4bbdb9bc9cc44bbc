/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the main function of berth-shim: one process a container, see src/shim/README.md. */
#include "shim/shim.h"

int main(void)
{
	return shim_main();
}
