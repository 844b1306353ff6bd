"""read_bson.py [DATABASE COLLECTION]: how many documents there are and a digest of them, as pymongo's bson reads them.

Of BSON on standard input, or of what the stand-in for the server holds. Fails where a document is not whole.
"""
import hashlib
import sys

import bson
import mongo_data

documents = mongo_data.read(*sys.argv[1:]) if sys.argv[1:] else bson.decode_file_iter(sys.stdin.buffer)
count, digest = 0, hashlib.sha256()
for document in documents:
    count += 1
    digest.update(bson.encode(document))
print(count, digest.hexdigest())
