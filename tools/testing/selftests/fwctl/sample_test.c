// SPDX-License-Identifier: GPL-2.0
#include "sample_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct sample_driver sample_in_c = {
	.module = "fwctl_c_sample",
	.parent = "fwctl-c-sample",
	.owned = false,
};

const struct sample_driver sample_in_rust = {
	.module = "fwctl_rust_sample",
	.parent = "fwctl-rust-sample",
	.owned = true,
};

int sample_load(const struct sample_driver *driver, unsigned int *node)
{
	unsigned int nodes;
	int found;

	if (driver->owned && c_only())
		return -EOPNOTSUPP;
	/* Of a test that failed. */
	if (sample_node(driver) >= 0)
		sample_unload(driver);
	nodes = node_count();
	if (modprobe(driver->module))
		return -ENOENT;
	if (!node_wait(nodes + 1))
		return -ETIMEDOUT;
	found = sample_node(driver);
	if (found < 0)
		return -ENODEV;
	*node = found;
	return node_open(found);
}

int sample_unload(const struct sample_driver *driver)
{
	char arguments[64];
	int status;
	pid_t child;

	snprintf(arguments, sizeof(arguments), "-r %s", driver->module);
	child = fork();
	if (!child)
		_exit(modprobe(arguments));
	return child_wait(child, &status) ? status : -1;
}

int sample_node(const struct sample_driver *driver)
{
	unsigned int left = node_count();

	for (unsigned int n = 0; left && n < NODES_MAX; n++) {
		const char *parent = node_function(n);

		if (!strcmp(parent, driver->parent))
			return n;
		left -= *parent != 0;
	}
	return -1;
}

int sample_rpc(int fd, uint32_t scope, uint32_t op, uint32_t arg, void *out,
	       uint32_t *out_len)
{
	struct fwctl_sample_rpc in = { op, arg };
	uint32_t none = 0;

	return rpc(fd, scope, &in, sizeof(in), out, out_len ?: &none);
}

int sample_info(int fd, struct fwctl_sample_info *data)
{
	struct fwctl_info arg = {
		.size = sizeof(arg),
		.device_data_len = sizeof(*data),
		.out_device_data = (uintptr_t)data,
	};

	return call(fd, FWCTL_INFO, &arg);
}

int sample_create(int fd, uint32_t needs)
{
	uint32_t id = 0, len = sizeof(id);
	int ret = sample_rpc(fd, READ_ONLY, SAMPLE_CREATE, needs, &id, &len);

	if (ret)
		return ret;
	return len == sizeof(id) && id && id <= INT32_MAX ? (int)id : -EPROTO;
}

struct wanted {
	int fd;
	uint32_t contexts;
	uint32_t objects;
};

static bool is_settled(void *arg)
{
	struct wanted *wanted = arg;
	struct fwctl_sample_info data;

	return !sample_info(wanted->fd, &data) &&
	       data.contexts == wanted->contexts && data.objects == wanted->objects;
}

bool sample_settles(int fd, uint32_t contexts, uint32_t objects)
{
	struct wanted wanted = { fd, contexts, objects };

	return patient(is_settled, &wanted);
}
