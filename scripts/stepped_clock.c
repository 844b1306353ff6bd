// Moves the clocks that a program sees, from outside: the tests' simulated year runs the real programs with it.
//
//   clang -shared -fPIC -o stepped_clock.so stepped_clock.c
//   LD_PRELOAD=…/stepped_clock.so STEPPED_CLOCK=FILE PROGRAM
//
// FILE holds two int64 of nanoseconds: what is added to the wall clock, and to the clock since boot. They may be changed
// while the program runs, which is what a suspended machine looks like: FILE.bell is a fifo, and a byte in it is the
// kernel's news that the clock was set (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). FILE.boot is the kernel's boot id.
// What is waited for, is waited for in real seconds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const int64_t none[2];
static const volatile int64_t *offsets = none;
static char bell[4096], boot[4096];
static int clock_of[1024];

static int plain_open(const char *path, int flags, mode_t mode) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("STEPPED_CLOCK");
    int file = path ? plain_open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page == MAP_FAILED) return;
    offsets = page;
    snprintf(bell, sizeof bell, "%s.bell", path);
    snprintf(boot, sizeof boot, "%s.boot", path);
}

static int64_t offset(clockid_t clock) {
    switch (clock) {
    case CLOCK_REALTIME: case CLOCK_REALTIME_COARSE: return offsets[0];
    case CLOCK_BOOTTIME: return offsets[1];
    default: return 0;
    }
}

static void add(struct timespec *time, int64_t nanoseconds) {
    int64_t rest = time->tv_nsec + nanoseconds % 1000000000;
    time->tv_sec += nanoseconds / 1000000000 + rest / 1000000000 - (rest % 1000000000 < 0);
    time->tv_nsec = (rest % 1000000000 + 1000000000) % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0) add(time, offset(clock));
    return result;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    into->tv_sec = now.tv_sec;
    into->tv_usec = now.tv_nsec / 1000;
    return 0;
}

int timerfd_create(clockid_t clock, int flags) {
    int timer = (int)syscall(SYS_timerfd_create, clock, flags);
    if (timer >= 0 && timer < 1024) clock_of[timer] = clock;
    return timer;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *at, struct itimerspec *before) {
    if (flags & TFD_TIMER_CANCEL_ON_SET && *bell) {
        // For writing as well, so that it never ends.
        int fifo = plain_open(bell, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
        if (fifo < 0) return -1;
        int result = dup3(fifo, timer, O_CLOEXEC);
        close(fifo);
        return result < 0 ? -1 : 0;
    }
    struct itimerspec real = *at;
    int is_set = real.it_value.tv_sec != 0 || real.it_value.tv_nsec != 0;
    if (is_set && flags & TFD_TIMER_ABSTIME && timer < 1024) {
        add(&real.it_value, -offset(clock_of[timer]));
        if (real.it_value.tv_sec < 0 || (real.it_value.tv_sec == 0 && real.it_value.tv_nsec == 0)) {
            real.it_value.tv_sec = 0;
            real.it_value.tv_nsec = 1;
        }
    }
    return (int)syscall(SYS_timerfd_settime, timer, flags, &real, before);
}

static const char *seen(const char *path) {
    return *boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 ? boot : path;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return plain_open(seen(path), flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return plain_open(seen(path), flags, mode);
}
