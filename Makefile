# SPDX-License-Identifier: GPL-2.0
#
# For people. The kernel's build system reads Kbuild instead.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

export FWCTL_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/fwctl

in-root := $(CURDIR)/scripts/in-root
testing := tools/testing/fwctl
selftests := tools/testing/selftests/fwctl

# KDIR= names another kernel's build folder; modules are then built with the host's own tools, as is
# usual for modules. Without it, for Debian's kernel, in the tool root that `make setup` makes.
ifdef KDIR
kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)
needs-setup :=
else
kbuild = . "$$FWCTL_CACHE/env" && $(in-root) $(MAKE) -C "$$KDIR" M=$(CURDIR)
needs-setup := setup
endif

.PHONY: modules
modules: $(needs-setup) ## fwctl.ko and mlx5_fwctl.ko (what plain `make` does)
ifdef KDIR
	@scripts/check-kdir $(KDIR)
endif
	@$(kbuild) modules

.PHONY: modules_install
modules_install: modules ## install them below INSTALL_MOD_PATH, and run depmod
ifdef KDIR
	@$(kbuild) INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) modules_install
else
	@scripts/install-modules $(INSTALL_MOD_PATH)
endif

.PHONY: setup
setup: ## fetch and build all that the rest needs, into FWCTL_CACHE
	@scripts/setup/setup

.PHONY: tools
tools: setup ## the emulated device and the VM runner
	@$(in-root) cargo build --quiet --locked --manifest-path $(testing)/Cargo.toml

.PHONY: fwctl
fwctl: setup ## the command fwctl, static, with man pages and completions, into build/
	@$(in-root) tools/fwctl/build build

PREFIX ?= /usr/local

.PHONY: install-fwctl
install-fwctl: ## install what `make fwctl` built below DESTDIR and PREFIX
	@tools/fwctl/install build "$(DESTDIR)$(PREFIX)"

.PHONY: selftests
selftests: setup ## the test programs
	@. "$$FWCTL_CACHE/env" && $(in-root) $(MAKE) -s -C $(selftests) \
		KERNEL_SOURCE="$$KERNEL_SOURCE" OUTPUT="$$FWCTL_CACHE/selftests"

.PHONY: demo
demo: modules tools fwctl ## a tour: vendor tools and the command fwctl talk to a device, in a VM; VENDOR=bnxt
	@$(in-root) $(testing)/demo $(VENDOR)

.PHONY: tour
tour: modules tools fwctl ## the same, and put what it prints into README.md
	@$(testing)/record-tour

.PHONY: test
test: modules tools selftests fwctl ## all tests; the last line counts them
	@$(in-root) $(testing)/run-tests

.PHONY: bench
bench: modules tools ## what calls cost beside the kernel's own core, by instructions; ROW=endtoend by time, too; ROW= by function
	@$(in-root) $(testing)/bench/run $(addprefix --cpu=,$(CPU)) $(ROW) $(ON)

.PHONY: debug-kernel
debug-kernel: setup ## an instrumented kernel (KASAN, lockdep, kmemleak ...), 17 minutes, once
	@$(in-root) scripts/debug-kernel

.PHONY: test-debug
test-debug: tools selftests debug-kernel ## the selftests on that kernel
	@$(in-root) $(testing)/run-tests-debug

.PHONY: check
check: modules tools ## formatting, lints and rules of this tree
	@$(in-root) $(testing)/check

.PHONY: doc
doc: tools ## the documents that are made of the policies' tables
	@for policy in mlx5-policy bnxt-policy; do \
		doc=Documentation/userspace-api/fwctl/$$policy.rst && \
		$(in-root) $(testing)/in-cache $$policy >$$doc.new && mv $$doc.new $$doc; \
	done

.PHONY: vm
vm: modules tools fwctl ## a shell in a VM with DEVICES=1 emulated devices of MODEL=connectx; build/bin has the command fwctl
	@$(in-root) $(testing)/in-cache fwctl-vm shell --devices $(or $(DEVICES),1) $(addprefix --model ,$(MODEL)) \
		--modules-dir . --share build

.PHONY: clean
clean: ## what was built in this tree
	@find drivers rust samples \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' -o -name '*.rmeta' -o -name '*.objtooldep' \
		-o -name 'modules.order' -o -name '*_generated.h' -o -name 'layout_generated.rs' -o -name '*.s' \) -delete
	@rm -f .module-common.o .*.cmd Module.symvers modules.order
	@rm -rf build

.PHONY: distclean
distclean: clean ## and the cache
	@scripts/setup/clean

.PHONY: help
help: ## this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z_-]*\):.*## /\1\t/p' Makefile | expand -t 18 | sed 's/^/  /'
	@echo 'Variables:'
	@echo '  FWCTL_CACHE=DIR   where everything is kept ($(FWCTL_CACHE))'
	@echo '  KDIR=DIR          build the modules for another kernel'
