// Typed wrappers over the variadic parts of libcurl, which Swift cannot call.
// One wrapper per kind of argument: an option set through the wrong kind is refused by libcurl's own
// type checks only in C, so every use in StoreSession names the option next to the wrapper of its type.
#ifndef CLIX_CCURL_H
#define CLIX_CCURL_H

#include <curl/curl.h>
#include <stdint.h>

/// The options that take a `long`.
static inline CURLcode clix_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/// The options that take a `curl_off_t`.
static inline CURLcode clix_curl_set_offset(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

/// The options that take a string; libcurl copies it. NULL resets the option to "none".
static inline CURLcode clix_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

/// The options that take a blob; libcurl copies the bytes.
static inline CURLcode clix_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t length) {
    struct curl_blob blob;
    blob.data = (void *)bytes;
    blob.len = length;
    blob.flags = CURL_BLOB_COPY;
    return curl_easy_setopt(handle, option, &blob);
}

/// The request's headers. The list is not copied: it must live until it is replaced.
static inline CURLcode clix_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*clix_curl_data_callback)(char *buffer, size_t size, size_t count, void *context);
typedef int (*clix_curl_progress_callback)(
    void *context, curl_off_t download_total, curl_off_t downloaded, curl_off_t upload_total, curl_off_t uploaded);
typedef int (*clix_curl_seek_callback)(void *context, curl_off_t offset, int origin);

/// Called for each piece of the answer's body.
static inline void clix_curl_set_body_callback(CURL *handle, clix_curl_data_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

/// Called for each header line of the answer.
static inline void clix_curl_set_header_callback(CURL *handle, clix_curl_data_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

/// Called for the next piece of the request's body.
static inline void clix_curl_set_upload_callback(CURL *handle, clix_curl_data_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
}

/// Called when a request's body has to be sent again from an earlier place (a kept connection had gone).
static inline void clix_curl_set_seek_callback(CURL *handle, clix_curl_seek_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, context);
}

/// Called about once a second, and more often while bytes move. Any answer but 0 ends the transfer.
static inline void clix_curl_set_progress_callback(
    CURL *handle, clix_curl_progress_callback callback, void *context) {
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static inline CURLcode clix_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// Where libcurl writes a sentence about what went wrong; `buffer` holds CURL_ERROR_SIZE bytes and outlives the handle.
static inline void clix_curl_set_error_buffer(CURL *handle, char *buffer) {
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

/// `curl_easy_perform` with SIGPIPE held back in this thread: a peer that hangs up is an error, not the end of the
/// program. Needs CURLOPT_NOSIGNAL, since libcurl's own way changes the whole process.
CURLcode clix_curl_perform(CURL *handle);

/// What travelled over one TCP connection, TLS and all, as the kernel counts it (tcp(7), TCP_INFO).
struct clix_socket_bytes {
    uint64_t sent;      ///< handed to the network, repetitions included
    uint64_t delivered; ///< of these, acknowledged by the peer
    uint64_t received;
};

/// -1 when `socket` is not a TCP connection or the kernel does not say.
int clix_curl_socket_bytes(int socket, struct clix_socket_bytes *bytes);

/// `opened` is called when libcurl has made a socket: 0 takes it away again before anything is sent over it.
/// `closing` is called right before libcurl closes one.
struct clix_socket_observer {
    void *context;
    int (*opened)(void *context, int socket);
    void (*closing)(void *context, int socket);
};

/// The observer is not copied: it must outlive the handle.
void clix_curl_observe_sockets(CURL *handle, struct clix_socket_observer *observer);

#endif
