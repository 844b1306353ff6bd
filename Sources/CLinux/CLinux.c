#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int clinux_openat(int folder, const char *name, int flags, mode_t mode) {
    return openat(folder, name, flags | O_CLOEXEC, mode);
}

int clinux_open_way(int folder, const char *name, int follows_symlinks) {
    return openat(folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC | (follows_symlinks ? 0 : O_NOFOLLOW));
}

int clinux_exchange(int folder1, const char *name1, int folder2, const char *name2) {
    return renameat2(folder1, name1, folder2, name2, RENAME_EXCHANGE);
}

int clinux_rename_new(int folder1, const char *name1, int folder2, const char *name2) {
    return renameat2(folder1, name1, folder2, name2, RENAME_NOREPLACE);
}

int clinux_syncfs(int descriptor) { return syncfs(descriptor); }

int clinux_clone(int target, int source) { return ioctl(target, FICLONE, source); }

int64_t clinux_boot_nanoseconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return -1;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int clinux_keep_capabilities(void) { return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); }
