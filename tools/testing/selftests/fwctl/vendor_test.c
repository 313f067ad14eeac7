// SPDX-License-Identifier: GPL-2.0
#include "vendor_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct vendor *const vendors[] = { &vendor_mlx5, &vendor_bnxt };
enum { VENDORS = sizeof(vendors) / sizeof(vendors[0]) };

const struct vendor *vendor(void)
{
	const char *name = getenv("FWCTL_TEST_VENDOR");
	static const struct vendor *found;
	long long pci;

	if (found)
		return found;
	pci = node_vendor(0);
	for (int i = 0; i < VENDORS; i++)
		if (name ? !strcmp(name, vendors[i]->name) : pci == vendors[i]->pci)
			found = vendors[i];
	/* There may be no node yet. */
	return found ?: &vendor_mlx5;
}

int ask_shortly(int fd)
{
	uint8_t in[ASK_MAX] = {}, out[ASK_MAX] = {};
	struct fwctl_info info;
	int ret = info_shortly(fd, &info);

	if (ret)
		return ret;
	for (int i = 0; i < VENDORS; i++) {
		const struct vendor *v = vendors[i];
		uint32_t out_len = v->out_len;

		if (v->type != info.out_device_type)
			continue;
		v->ask(in);
		ret = rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, v->in_len, out, &out_len);
		return ret ?: v->answered(out) ? 0 : -EREMOTEIO;
	}
	return -ENXIO;
}

static int driver_write(const char *file, const char *auxiliary)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", vendor()->driver, file);
	return write_file(path, auxiliary);
}

int driver_unbind(const char *auxiliary)
{
	return driver_write("unbind", auxiliary);
}

int driver_bind(const char *auxiliary)
{
	return driver_write("bind", auxiliary);
}

bool contexts_are(int control, long long count)
{
	return !vendor()->contexts || firmware_objects(control, "uid") == count;
}

bool contexts_wait(int control, long long count)
{
	return !vendor()->contexts || firmware_objects_wait(control, "uid", count);
}

bool answers_late(int control, unsigned int times)
{
	return firmware_late(control, vendor()->opcode, times, vendor()->late_ms);
}

struct arrival {
	int control;
	long long wanted;
};

static bool have_arrived(void *arg)
{
	struct arrival *arrival = arg;

	return firmware_commands(arrival->control) >= arrival->wanted;
}

bool calls_in_flight(void)
{
	enum { CALLS = 16 };
	const unsigned int sent = vendor()->parallel < CALLS ? vendor()->parallel : CALLS;
	int go[2], control = control_open(0);
	struct arrival arrival;
	char byte;

	if (control < 0 || pipe(go))
		return false;
	for (int i = 0; i < CALLS; i++) {
		if (!fork()) {
			int fd = node_open(0);

			if (read(go[0], &byte, 1) == 1)
				ask_shortly(fd);
			for (;;)
				pause();
		}
	}
	if (!contexts_wait(control, CALLS))
		return false;
	arrival = (struct arrival){ control, firmware_commands(control) + sent };
	return answers_late(control, CALLS) &&
	       write(go[1], "16 of one byte .", CALLS) == CALLS &&
	       patient(have_arrived, &arrival);
}
