#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
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

int clinux_clock_change_timer(void) {
    int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) return -1;
    // The last second that the kernel's own count of nanoseconds reaches.
    struct itimerspec never = {.it_value = {.tv_sec = (time_t)(INT64_MAX / 1000000000)}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0) return timer;
    close(timer);
    return -1;
}

int clinux_route_socket(void) {
    int socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket_ < 0) return -1;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    if (bind(socket_, (struct sockaddr *)&address, sizeof address) == 0) return socket_;
    close(socket_);
    return -1;
}

int64_t clinux_monotonic_nanoseconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return -1;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clinux_peer_user(int socket) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    return peer.uid;
}

int clinux_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }
