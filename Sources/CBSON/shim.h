#include <bson/bson.h>

// Whether a document's elements fill it, and so in those that lie in it, down to `depth` of them. A function of C, since
// Swift takes no structure that is aligned as an iterator is.
//
// `bson_validate` takes three times as long: it looks whether all text is UTF-8, too, which says nothing of whether it is
// all there.
static inline bool clix_bson_fill(bson_iter_t *elements, int depth) {
    while (bson_iter_next(elements)) {
        bson_iter_t inner;
        if (!BSON_ITER_HOLDS_DOCUMENT(elements) && !BSON_ITER_HOLDS_ARRAY(elements)) continue;
        if (depth == 0 || !bson_iter_recurse(elements, &inner) || !clix_bson_fill(&inner, depth - 1)) return false;
    }
    return elements->err_off == 0;
}

static inline bool clix_bson_is_whole(const bson_t *document, int depth) {
    bson_iter_t elements;
    return bson_iter_init(&elements, document) && clix_bson_fill(&elements, depth);
}
