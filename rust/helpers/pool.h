/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FWCTL_HELPERS_POOL_H
#define FWCTL_HELPERS_POOL_H

#include <linux/list_lru.h>

struct kmem_cache;
struct shrinker;

struct kmem_cache *fwctl_helper_cache_create(const char *name, size_t size);
struct shrinker *fwctl_helper_shrinker_alloc(const char *name);
void fwctl_helper_lru_walk_own(struct list_lru *lru, list_lru_walk_cb isolate,
			       void *arg, unsigned long count);
void fwctl_helper_lru_walk_all(struct list_lru *lru, list_lru_walk_cb isolate,
			       void *arg, unsigned long count);

#endif
