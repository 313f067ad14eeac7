// SPDX-License-Identifier: GPL-2.0
#include "pci_test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fwctl_test.h"

static int function_write(const char *function, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", function, file);
	return write_file(path, "1");
}

int function_reset(const char *function)
{
	return function_write(function, "reset");
}

int function_remove(const char *function)
{
	return function_write(function, "remove");
}

int pci_rescan(void)
{
	return write_file("/sys/bus/pci/rescan", "1");
}

int end_by_reset(const char *function, int control)
{
	return function_reset(function);
}

int end_by_absence(const char *function, int control)
{
	return control_ask(control, "{\"op\":\"unplug\"}") ? 0 : -EIO;
}

int end_by_link_error(const char *function, int control)
{
	/* As in drivers/pci/pcie/aer_inject.c. */
	struct {
		uint8_t bus, dev, fn;
		uint32_t uncorrectable, correctable, header_log[4], domain;
	} error = { .uncorrectable = 1 << 4 };
	char path[PATH_MAX], target[PATH_MAX], *port, *end;
	unsigned int bus, dev, fn;
	ssize_t len;
	int fd;

	if (modprobe("aer_inject"))
		return -ENOENT;
	/* .../PORT/FUNCTION */
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", function);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	end = strrchr(target, '/');
	if (!end)
		return -EINVAL;
	*end = 0;
	port = strrchr(target, '/');
	if (!port || sscanf(port, "/%x:%x:%x.%x", &error.domain, &bus, &dev, &fn) != 4)
		return -EINVAL;
	error.bus = bus;
	error.dev = dev;
	error.fn = fn;
	fd = open("/dev/aer_inject", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = write(fd, &error, sizeof(error));
	close(fd);
	return len == sizeof(error) ? 0 : -EIO;
}
