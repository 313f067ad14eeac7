/* SPDX-License-Identifier: GPL-2.0 */
/* What can befall a PCI function, which is named as in sysfs. */
#ifndef PCI_TEST_H
#define PCI_TEST_H

/* All give 0 or a negative errno. */
int function_reset(const char *function);
int function_remove(const char *function);
/* Finds what was removed. */
int pci_rescan(void);

/* Ways in which a device goes away by itself; its control port is that of its emulation. */
int end_by_reset(const char *function, int control);
/* A fatal error of the link, seen by the port above. */
int end_by_link_error(const char *function, int control);
/* It is gone from the bus: all reads are ones. */
int end_by_absence(const char *function, int control);

#endif
