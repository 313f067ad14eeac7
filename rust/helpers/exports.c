// SPDX-License-Identifier: GPL-2.0
/*
 * Exports of fwctl.ko. The symbols of the shared Rust crate are listed by the
 * build in exports_fwctl_generated.h.
 */
#include <linux/export.h>
#include <linux/fwctl.h>

#ifndef FWCTL_OUT_OF_TREE
#error "another <linux/fwctl.h> was found before include/linux/fwctl.h"
#endif

EXPORT_SYMBOL_NS_GPL(_fwctl_alloc_device, "FWCTL");
EXPORT_SYMBOL_NS_GPL(fwctl_register, "FWCTL");
EXPORT_SYMBOL_NS_GPL(fwctl_unregister, "FWCTL");

#define EXPORT_RUST(sym) \
	extern int sym;  \
	EXPORT_SYMBOL_NS_GPL(sym, "FWCTL")

EXPORT_RUST(fwctl_alloc_owned);

#include "exports_fwctl_generated.h"
