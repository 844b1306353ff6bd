#define _GNU_SOURCE
#include "CCurl.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

CURLcode clix_curl_perform(CURL *handle) {
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    CURLcode result = curl_easy_perform(handle);
    // A SIGPIPE that our write caused waits for this thread; take it away before the mask is lifted.
    if (!sigismember(&pending, SIGPIPE)) {
        struct timespec at_once = {0, 0};
        while (sigtimedwait(&pipe_signal, NULL, &at_once) > 0) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

// TCP_INFO's structure has grown with the kernel; what an older one does not fill is left out.
#define FILLED(length, field) \
    ((length) >= offsetof(struct tcp_info, field) + sizeof(((struct tcp_info *)0)->field))

int clix_curl_socket_bytes(int socket, struct clix_socket_bytes *bytes) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -1;
    if (!FILLED(length, tcpi_bytes_received)) return -1;
    bytes->delivered = info.tcpi_bytes_acked;
    bytes->received = info.tcpi_bytes_received;
    bytes->sent = FILLED(length, tcpi_bytes_sent) ? info.tcpi_bytes_sent : info.tcpi_bytes_acked;
    return 0;
}

static curl_socket_t open_observed(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    struct clix_socket_observer *observer = context;
    int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (made < 0) return CURL_SOCKET_BAD;
    if (observer->opened(observer->context, made)) return made;
    close(made);
    return CURL_SOCKET_BAD;
}

static int close_observed(void *context, curl_socket_t socket) {
    struct clix_socket_observer *observer = context;
    observer->closing(observer->context, socket);
    return close(socket);
}

void clix_curl_observe_sockets(CURL *handle, struct clix_socket_observer *observer) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_observed);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, observer);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close_observed);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, observer);
}
