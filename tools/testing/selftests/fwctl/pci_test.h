/* SPDX-License-Identifier: GPL-2.0 */
/* What can befall a PCI function, which is named as in sysfs. */
#ifndef PCI_TEST_H
#define PCI_TEST_H

/* All give 0 or a negative errno. */
int function_reset(const char *function);
int function_remove(const char *function);
/* Finds what was removed. */
int pci_rescan(void);
/* A fatal error of the link, seen by the port above. */
int link_error(const char *function);

#endif
