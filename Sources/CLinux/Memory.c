#include "CLinux.h"

#include <malloc.h>

void clinux_return_freed_memory(int threshold_bytes) {
    mallopt(M_MMAP_THRESHOLD, threshold_bytes);
    mallopt(M_TRIM_THRESHOLD, threshold_bytes);
    mallopt(M_ARENA_MAX, 2);
}
