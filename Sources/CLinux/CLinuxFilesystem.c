#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/magic.h>
#include <sys/vfs.h>

int clinux_is_overlay(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 && status.f_type == OVERLAYFS_SUPER_MAGIC;
}
