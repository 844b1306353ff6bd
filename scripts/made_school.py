#!/usr/bin/env python3
"""made_school.py ROOT [--day N] [--server-id ID] [--code CODE] [--name NAME] [--big-mb N] [--small]

Makes an invented school server's folders below ROOT/home/core, in the layout that the field has since 2018, with
something in every item of the data-collection standard: names with comma, space, apostrophe, brackets, leading
hyphen and Indic letters, files of 0 bytes and of --big-mb (default 40), modes 0600 and 0640, times to the nanosecond,
and two real git repositories with local changes. Nothing in it is of a real school or pupil.

The same arguments give the same files with the same times on any machine (the git objects too). --day 1 over the
same folder is the next school day: the database, the users' dump, tools' logs, heartbeats, progress CSVs and nginx
logs go on; everything else is left alone, so a second collection finds it unchanged. --small leaves out the big file.
Only Python's standard library and git are needed.
"""
import argparse, gzip, hashlib, io, json, os, random, struct, subprocess, sys, tarfile, zipfile

EPOCH = 1534401000  # 2018-08-16 12:00 +0530
DAY = 86400


def stream(*key):
    """Random numbers which depend on the key alone."""
    return random.Random(hashlib.sha256(repr(key).encode()).digest())


# ---- BSON, as much as the fixtures need: text, int32, int64, ObjectId (12 bytes), date (a tuple), document, list, null

def element(key, value):
    name = key.encode() + b"\0"
    if isinstance(value, bool): return b"\x08" + name + (b"\1" if value else b"\0")
    if isinstance(value, int): return b"\x10" + name + struct.pack("<i", value)
    if isinstance(value, tuple): return b"\x09" + name + struct.pack("<q", value[0])
    if isinstance(value, bytes): return b"\x07" + name + value
    if isinstance(value, str):
        text = value.encode()
        return b"\x02" + name + struct.pack("<i", len(text) + 1) + text + b"\0"
    if isinstance(value, dict): return b"\x03" + name + document(value)
    if isinstance(value, list): return b"\x04" + name + document({str(i): v for i, v in enumerate(value)})
    return b"\x0a" + name


def document(fields):
    body = b"".join(element(key, value) for key, value in fields.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


class School:
    def __init__(self, arguments):
        self.server_id, self.code, self.name = arguments.server_id, arguments.code, arguments.name
        self.day, self.small, self.big_mb = arguments.day, arguments.small, arguments.big_mb
        self.core = os.path.join(arguments.root, "home/core")
        self.directory = f"{self.code}-{self.server_id}"

    def put(self, path, content, day=-30, second=0, mode=0o644):
        """Writes a file unless it is there with this content and time already."""
        whole = os.path.join(self.core, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        r = stream("time", path, day)
        modified = (EPOCH + day * DAY + second + r.randrange(3600)) * 10**9 + r.randrange(10**9)
        try:
            there = os.stat(whole)
            if there.st_size == len(content) and there.st_mtime_ns == modified: return
        except FileNotFoundError: pass
        with open(whole, "wb") as file: file.write(content)
        os.chmod(whole, mode)
        os.utime(whole, ns=(modified, modified))

    # ---- the database, in the form that mongodump writes

    def collection(self, database, name, count, make):
        r = stream(self.server_id, database, name)
        content = b"".join(document(make(r, i)) for i in range(count))
        self.put(f"data/db/{database}/{name}.bson", content, self.day)
        index = {"v": 1, "key": {"_id": 1}, "name": "_id_", "ns": f"{database}.{name}"}
        metadata = json.dumps({"options": {}, "indexes": [index]}).encode()
        self.put(f"data/db/{database}/{name}.metadata.json", metadata, self.day)

    def database(self):
        user = lambda r: f"{r.choice(('green', 'blue', 'red'))}-{r.choice(('apple', 'tiger', 'carbon'))}-{self.server_id}"
        identity = lambda r: bytes(r.randrange(256) for _ in range(12))
        def benchmark(r, i):
            return {"_id": identity(r), "_type": "Benchmark", "name": "activity_player_detail", "time_taken": "%.5f" % r.random(),
                    "calling_url": f"/{r.getrandbits(96):024x}/course/activity_player/{r.getrandbits(96):024x}/{r.getrandbits(96):024x}/",
                    "last_update": ((EPOCH + i * 60) * 1000 + r.randrange(1000),), "user": user(r), "session_key": "%032x" % r.getrandbits(128),
                    "has_data": {"POST": False, "GET": False}, "locale": r.choice(("en", "hi", "te"))}
        def node(r, i):
            names = ("1.1 Warm Up", "1.2 रंग पहचानो ", "1.3 రంగులు", "Unit 0: English Beginner")
            return {"_id": identity(r), "_type": "GSystem", "name": f"eb-u0-l1-a{i}", "altnames": r.choice(names), "status": "PUBLISHED",
                    "created_by": 1, "collection_set": [identity(r) for _ in range(r.randrange(4))], "content": "<p>%s</p>" % ("a b c " * r.randrange(40)), "url": None}
        def counter(r, i):
            return {"_id": identity(r), "_type": "Counter", "user_id": 157501 + i, "group_id": identity(r), "visited_nodes": {f"{r.getrandbits(96):024x}": 1 + k for k in range(5)}}
        def taken(r, i):
            return {"_id": identity(r), "takingAgentId": f"osid.agent.Agent%3A{157501 + i}%40MIT-ODL", "actualStartTime": ((EPOCH + i * 90) * 1000,), "completionTime": None, "sections": []}
        grown = 200 * self.day
        for name, count, make in (("Benchmarks", 1500 + grown, benchmark), ("Nodes", 300, node), ("Triples", 200, node),
                                  ("Counters", 120, counter), ("Buddies", 40, counter), ("Filehives", 60, node)):
            self.collection("gstudio-mongodb", name, count, make)
        self.collection("assessment", "AssessmentTaken", 150 + 10 * self.day, taken)
        self.collection("logging", "LogEntry", 400 + grown, taken)

    # ---- files that the platform keeps

    def media(self):
        def stored(content, extension, **more):
            h = hashlib.sha256(content).hexdigest()
            self.put(f"data/media/{h[0]}/{h[1]}/{h[2]}/{h[3:]}.{extension}", content, **more)
        r = stream("media", self.server_id)
        for i in range(60): stored(r.randbytes(r.randrange(2_000, 90_000)), r.choice(("png", "jpg", "mp3", "pdf", "ggb", "vtt")))
        stored(b"", "srt")
        stored(r.randbytes(30_000), "jpg", mode=0o600)
        if not self.small: stored(r.randbytes(self.big_mb * 1_000_000), "mp4")
        self.put("data/media/help_videos/How to log in, step 1.mp4", r.randbytes(50_000), mode=0o640)
        self.put("data/media/help_videos/-teacher's guide (हिंदी).pdf", r.randbytes(20_000))

    def rcs(self):
        for i in range(400):
            r = stream("rcs", self.server_id, i)
            h = f"{0x5b00000000000000 + i * 7919:016x}{r.getrandbits(32):08x}"
            collection = ("Nodes", "Triples", "Filehives", "Buddies", "Counters")[i % 5]
            text = json.dumps({"_id": h, "_type": "GSystem", "content": "word " * r.randrange(200), "created_by": 1}, indent=4)
            body = f"head\t1.1;\naccess;\nsymbols;\nlocks; strict;\n\n1.1\ndate\t2018.08.{1 + i % 28:02d}.05.06.07;\tauthor root;\tstate Exp;\nbranches;\nnext\t;\n\ndesc\n@made by administrator\n@\n\n1.1\nlog\n@first\n@\ntext\n@{text}\n@\n"
            self.put(f"data/rcs-repo/{collection}/{h[-1]}/{h[-2]}/{h[-4]}/{h}.json,v", body.encode(), mode=0o444 if i % 3 else 0o640)
        self.put(f"data/rcs-repo/Nodes/0/0/0/{'0' * 24}.json", b"{}\n")  # a crash between write and check-in

    def postgres(self):
        rows = "".join(f"{157451 + i}\tpbkdf2_sha256$12000$made$up=\t2018-08-{1 + (i + self.day) % 28:02d} 11:59:12.024+05:30\tf\tgreen-apple-{i}-{self.server_id}\t\t\t\tf\tt\t2018-06-05 10:00:00+05:30\n" for i in range(1050))
        dump = ("--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE glab;\n\n\\connect gstudio_psql\n\nCOPY public.auth_user (id, password, last_login, is_superuser, username, "
                "first_name, last_name, email, is_staff, is_active, date_joined) FROM stdin;\n" + rows + "\\.\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n")
        self.put("data/postgres-dump/pg_dump_all.sql", dump.encode(), self.day, mode=0o600)
        self.put("data/postgres-dump/pgdump-2018061812-301500.sql", b"-- an older dump\n")
        self.put("data/pg_dump_all.sql", b"-- the factory's dump: not of this school\n")

    def logs(self):
        for day in range(-3, self.day + 1):
            date = f"201808{16 + day:02d}"
            beat = f"\nServer Id: {self.server_id}\nSchool Id: {self.code}\nSchool Name: {self.name}\n\nInternal IP:\neth0- 172.18.0.2\n\nRAM (free -h)\n             total       used       free\nMem:          7.7G       {2 + day % 4}.1G       1.2G\n"
            self.put(f"data/system-heartbeat/system-heartbeat-{date}-150101.log", beat.encode(), day)
            progress = "server_id,school_name,school_code,unit_name,username,user_id\r\n" + "".join(f'{self.server_id},"{self.name}",{self.code},eb-unit0-english-beginner,green-apple-{self.server_id},{157501 + i}\r\n' for i in range(60))
            self.put(f"data/gstudio-exported-users-analytics-csvs/{self.directory}-eb-unit0-english-beginner-{date}-17h33m.csv", progress.encode(), day)
        self.put("data/system-heartbeat/system-heartbeat-20180812-200101.log", b"", -4)
        self.put(f"data/activity-timestamp-csvs/{self.server_id}-green-apple-{self.server_id}-activity-visits-20180814-17h37m.csv", b"Unit,VisitedOn,Lesson\r\nunit-0,2018-08-14 10:00:00,lesson-1\r\n", -2)
        self.put("data/git-commit-details.log", b"\nDate : Thu Aug 16 13:11:04 IST 2018\n\nDetails of gstudio\n")
        for tool, user in (("policesquad", 157501), ("Ice-cubes-in-lemonade", 157502), ("Food sharing, the tool", 157503)):
            records = [{"appName": tool, "userId": str(user), "createdAt": f"2018-8-{16 + d} 14:3:{k}", "appData": {"n": k}} for d in range(0, self.day + 1) for k in range(30)]
            self.put(f"data/gstudio_tools_logs/{tool}/{user}-{tool}.json", json.dumps(records).encode(), self.day)
        self.put("data/gstudio_tools_logs/policesquad/0-policesquad.json", b"")
        for name in ("export_users_analytics.log", "fillCounter.log"):
            self.put(f"data/gstudio-logs/{name}", f"{name}: rows done\n".encode() * 400)
        line = 'clixserver.tiss.edu : 192.168.1.23 - - [16/Aug/2018:18:22:%02d +0530] "GET /%024x/course/content/ HTTP/1.1" 200 8123 "-" "Mozilla/5.0 (X11; Ubuntu; Linux x86_64)" "-"\n'
        for name in ("school.server.org.access.log", "access.log"):
            r = stream("nginx", name)
            self.put(f"data/nginx-logs/{name}", "".join(line % (k % 60, r.getrandbits(96)) for k in range(1200 + 300 * self.day)).encode(), self.day, mode=0o640)
        self.put("data/nginx-logs/access.log.2.gz", gzip.compress(b"older lines\n" * 900, mtime=0), -20, mode=0o640)
        self.put("data/nginx-logs/school.server.org.error.log", b'2018/08/16 18:22:01 [notice] 441#441: *17 "..." matches "/media"\n' * 50, mode=0o640)

    def assessments(self):
        for i in range(12):
            r = stream("response", self.server_id, i)
            name, content = f"{r.getrandbits(96):024x}.{r.choice(('wav', 'png', 'tb'))}", r.randbytes(r.randrange(1_000, 60_000))
            self.put(f"assesment-datastore/studentResponseFiles/{name}", content)
            self.put(f"data/assessment-media/studentResponseFiles/{name}", content)
            self.put(f"assesment-datastore/repository/AssetContent/{name}", content)
        for i in range(20):
            r = stream("asset", i)
            self.put(f"assesment-datastore/repository/AssetContent/{r.getrandbits(96):024x}.mp3", r.randbytes(r.randrange(5_000, 120_000)))

    def qbank(self):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, content in (("mongo-dump/assessment/AssessmentTaken.bson", document({"_id": b"123456789012"})), ("student-activities/activity-data.csv", b"Username,UserID\r\n")):
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(content), EPOCH
                tar.addfile(member, io.BytesIO(content))
        whole = gzip.compress(packed.getvalue(), mtime=0)
        self.put("data/qbank/qbank_data.tar.gz", whole)
        self.put("data/qbank/student-activities/activity-data.csv", b"Username,UserID\r\n")

    def settings(self):
        server = f"GSTUDIO_INSTITUTE_ID ='{self.server_id}'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='{self.code}'\nGSTUDIO_INSTITUTE_NAME ='{self.name}'\n"
        local = "SECRET_KEY = 'made-up'\nDATABASES = {'default': {'USER': 'glab', 'PASSWORD': 'made-up-password'}}\nGSTUDIO_PRIMARY_COURSE_LANGUAGE = 'en'\ntry:\n    from server_settings import *\nexcept ImportError:\n    pass\n"
        for folder in ("data", "code/gstudio/gnowsys-ndf/gnowsys_ndf"):
            self.put(f"{folder}/server_settings.py", server.encode())
            self.put(f"{folder}/local_settings.py", local.encode(), mode=0o640)
        self.put("school_server_id_value", f"{self.server_id}\n".encode())

    def unplatform(self):
        # As field staff bring it: two lab PCs' data unzipped, one's as the archive that unplatform's script makes.
        for terminal in (7, 8):
            folder = f"unplatform/lab PC {terminal}-QBank-2018-10-29-13-05-11"
            configuration = {"state": "Mizoram", "district": "Aizawl", "locale": "en", "schoolId": self.code, "terminalId": str(terminal), "timestamp": "2018-10-29 07:35:11.123456"}
            self.put(f"{folder}/unplatform/configuration/config.json", json.dumps(configuration).encode())
            self.put(f"{folder}/unplatform/user_data/{stream('session', terminal).getrandbits(160):040x}.json", b'{"survey": []}\n')
            self.put(f"{folder}/assessment/AssessmentTaken/{stream('taken', terminal).getrandbits(96):024x}.json", b"{}\n")

        name, packed = "lab PC 9-QBank-2018-10-30-09-00-00", io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in (("configuration/config.json", {"schoolId": self.code, "terminalId": "9"}), ("user_data/session.json", {"survey": []})):
                archive.writestr(zipfile.ZipInfo(f"unplatform/{path}", (2018, 10, 30, 9, 0, 0)), json.dumps(content))
        self.put(f"unplatform/{name}.zip", packed.getvalue())
        self.put(f"unplatform/{name}checksum.txt", f"{hashlib.md5(packed.getvalue()).hexdigest()}\r\n".encode())

    def never_collected(self):
        """Lies beside the data on real servers and must stay there."""
        self.put("data/clixserver.tiss.edu/clixserver.tiss.edu.key", b"a dummy private key\n", mode=0o600)
        self.put("data/drop_database.sql", b"-- never\n")
        self.put("backups/syncthing/2018/mz/.stfolder", b"")
        self.put("backups/syncthing/2018/mz/.gnupg/secret", b"dummy\n", mode=0o600)

    # ---- the code, in git

    def repository(self, path, subject, secret):
        folder = os.path.join(self.core, path)
        if os.path.isdir(os.path.join(folder, ".git")): return
        os.makedirs(folder, exist_ok=True)
        def git(*command, when=EPOCH):
            environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", HOME="/nonexistent",
                               GIT_AUTHOR_NAME="Deployer", GIT_AUTHOR_EMAIL="deployer@example.org", GIT_AUTHOR_DATE=f"{when} +0530",
                               GIT_COMMITTER_NAME="Deployer", GIT_COMMITTER_EMAIL="deployer@example.org", GIT_COMMITTER_DATE=f"{when} +0530")
            subprocess.run(["git", "-c", "gc.auto=0", "-C", folder, *command], check=True, env=environment, stdout=subprocess.DEVNULL)
        git("init", "-q", "-b", "master")
        git("remote", "add", "origin", f"https://deployer:{secret}@git.example.org/{subject}.git")
        for i in range(6):
            with open(os.path.join(folder, "README.md"), "a") as file: file.write(f"step {i} of {subject}\n")
            git("add", "README.md", when=EPOCH + i * 1000)
            git("commit", "-q", "-m", f"{subject}: step {i} … done", when=EPOCH + i * 1000)
        with open(os.path.join(folder, "README.md"), "a") as file: file.write('echo -e "\\n\\nDetails of gstudio \\n"\n')  # a local change
        os.makedirs(os.path.join(folder, "untracked/nested"), exist_ok=True)
        with open(os.path.join(folder, "untracked/nested/note.txt"), "w") as file: file.write("not in git\n")

    def make(self):
        self.database(); self.media(); self.rcs(); self.postgres(); self.logs(); self.assessments()
        self.qbank(); self.settings(); self.unplatform(); self.never_collected()
        self.repository("code/gstudio", "gstudio", "made-up-token-1")
        self.repository("code/gstudio/gnowsys-ndf/qbank-lite", "qbank-lite", "made-up-token-2")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--day", type=int, default=0)
    parser.add_argument("--server-id", default="mz150")
    parser.add_argument("--code", default="2039150")
    parser.add_argument("--name", default="Govt. Made-up H/S & Hostel")
    parser.add_argument("--big-mb", type=int, default=40)
    parser.add_argument("--small", action="store_true")
    sys.dont_write_bytecode = True
    School(parser.parse_args()).make()
