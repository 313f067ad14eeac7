// SPDX-License-Identifier: GPL-2.0
/*
 * Macros and inline functions of the kernel that Rust cannot call, for
 * rust/fwctl/sys/pool.rs.
 */
#include <linux/list_lru.h>
#include <linux/memcontrol.h>
#include <linux/nodemask.h>
#include <linux/rcupdate.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "pool.h"

struct kmem_cache *fwctl_helper_cache_create(const char *name, size_t size)
{
	return kmem_cache_create(name, size, 0, 0, NULL);
}

struct shrinker *fwctl_helper_shrinker_alloc(const char *name)
{
	return shrinker_alloc(SHRINKER_NUMA_AWARE | SHRINKER_MEMCG_AWARE, "%s", name);
}

/* What is charged to the memory cgroup of the caller, on this node. */
void fwctl_helper_lru_walk_own(struct list_lru *lru, list_lru_walk_cb isolate,
			       void *arg, unsigned long count)
{
	rcu_read_lock();
	list_lru_walk_one(lru, numa_mem_id(), mem_cgroup_from_task(current), isolate, arg,
			  &count);
	rcu_read_unlock();
}

/* What is charged to whomever, on any node. */
void fwctl_helper_lru_walk_all(struct list_lru *lru, list_lru_walk_cb isolate,
			       void *arg, unsigned long count)
{
	list_lru_walk(lru, isolate, arg, count);
}
