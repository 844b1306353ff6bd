#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

int clinux_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

static int name_address(struct sockaddr_un *address, int folder, const char *name) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", folder, name);
    if (length >= 0 && (size_t)length < sizeof address->sun_path) return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int clinux_bind_in(int folder, const char *name, int socket) {
    struct sockaddr_un address;
    if (name_address(&address, folder, name) != 0) return -1;
    return bind(socket, (struct sockaddr *)&address, sizeof address);
}

int clinux_connect_in(int folder, const char *name, int socket) {
    struct sockaddr_un address;
    if (name_address(&address, folder, name) != 0) return -1;
    return connect(socket, (struct sockaddr *)&address, sizeof address);
}
