// Typed shims for what Swift's Glibc module lacks: variadic calls, calls behind feature macros, and ioctls.
// Each returns what the call returns, with errno set.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// openat(2) with a mode; O_CLOEXEC is always added.
int clinux_openat(int folder, const char *name, int flags, mode_t mode);

// openat(2) with O_PATH and O_DIRECTORY: a folder to go on from, which need not be readable. A symlink is followed or else
// refused with ENOTDIR.
int clinux_open_way(int folder, const char *name, int follows_symlinks);

// renameat2(2) with RENAME_EXCHANGE: both names exist before and after, each with the other's content.
int clinux_exchange(int folder1, const char *name1, int folder2, const char *name2);

// renameat2(2) with RENAME_NOREPLACE: EEXIST if the second name is taken.
int clinux_rename_new(int folder1, const char *name1, int folder2, const char *name2);

// syncfs(2): everything that was written to the filesystem of this descriptor is durable on success.
int clinux_syncfs(int descriptor);

// ioctl FICLONE: the whole of source becomes the content of target, sharing its blocks. EOPNOTSUPP, EXDEV or EINVAL
// where the filesystem cannot.
int clinux_clone(int target, int source);

// The boot clock (CLOCK_BOOTTIME) in nanoseconds: rises through suspend and never jumps.
int64_t clinux_boot_nanoseconds(void);

// prctl(2) PR_SET_KEEPCAPS: what is permitted stays so over a following setuid.
int clinux_keep_capabilities(void);

// capset(2): raises CAP_DAC_READ_SEARCH, alone, after that setuid. Programs that are run get it as well (the ambient set,
// capabilities(7)), as AmbientCapabilities= does.
int clinux_pass_on_dac_read_search(void);

// fstatfs(2): 1 if the descriptor lies on an overlayfs, else 0. There, folders and files of one mount may carry
// different device numbers (Documentation/filesystems/overlayfs.rst, "Inode properties").
int clinux_is_overlay(int descriptor);

// mallopt(3): blocks of this many bytes and more are mapped by themselves and go back when they are freed, and so does
// the heap's end; at most two arenas.
void clinux_return_freed_memory(int threshold_bytes);

// madvise(2), MADV_DONTNEED, for what the program and its libraries are mapped from and never write to: code and constants.
// A page that is needed again is mapped again, from the page cache where the kernel still has it.
void clinux_unmap_clean_pages(void);

// A timer (timerfd_create(2)) that never expires in its time: it becomes readable, and read(2) fails with ECANCELED, each
// time the wall clock is set, and after a suspend. Does not block.
int clinux_clock_change_timer(void);

// A netlink(7) socket that becomes readable when the machine's IPv4 or IPv6 routes change. Does not block.
int clinux_route_socket(void);

// CLOCK_MONOTONIC in nanoseconds.
int64_t clinux_monotonic_nanoseconds(void);

// getsockopt(2) SO_PEERCRED: the user id of the process at the other end of a Unix socket, or -1.
int64_t clinux_peer_user(int socket);

// accept4(2) with SOCK_CLOEXEC: no program that is just being started inherits it.
int clinux_accept(int listener);

// socket(2): a Unix stream socket that no program which is just being started inherits.
int clinux_unix_socket(void);

// bind(2) and connect(2) to a Unix socket, named through the open folder that it lies in (/proc/self/fd/N/NAME): an
// address holds 107 bytes, and folders may lie deeper than that. A short name always fits.
int clinux_bind_in(int folder, const char *name, int socket);
int clinux_connect_in(int folder, const char *name, int socket);
