"""What lies in files in the container: qbank's datastore and the versions that gStudio keeps in RCS, by real `ci`."""
import json
import os
import subprocess

import mongo_data

DATASTORE = "/home/docker/code/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"


def datastore():
    for content, extension, is_response in mongo_data.stored_files():
        bytes_ = mongo_data.stream("file", content).randbytes(3000)
        for folder in ["repository/AssetContent"] + (["studentResponseFiles"] if is_response else []):
            os.makedirs(f"{DATASTORE}/{folder}", exist_ok=True)
            with open(f"{DATASTORE}/{folder}/{content}.{extension}", "wb") as file: file.write(bytes_)


def rcs():
    for collection in ("Nodes", "Triples", "Filehives", "Buddies", "Counters"):
        for document, _ in zip(mongo_data.documents("gstudio-mongodb", collection), range(14)):
            for revision in range(1 + (collection == "Counters")):  # a Counter is saved at every click
                subprocess.run(["/usr/local/lib/clix-fixture/save-version", collection, str(document["_id"]), str(revision)], check=True)
    # The power went between writing and check-in: the working file and its lock stay.
    first = str(mongo_data.oid("type", "announced_unit"))
    folder = f"/data/rcs-repo/Nodes/{first[-1]}/{first[-2]}/{first[-4]}"
    subprocess.run(["co", "-q", "-l", f"{first}.json"], check=True, cwd=folder)
    with open(f"{folder}/{first}.json", "w") as file: json.dump({"_id": first, "half": "wri"}, file)


if __name__ == "__main__":
    datastore()
    rcs()
