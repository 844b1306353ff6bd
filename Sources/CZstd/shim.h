// Advanced functions of libzstd that are stable in practice but marked experimental are not used.
#include <zstd.h>
#include <zstd_errors.h>
