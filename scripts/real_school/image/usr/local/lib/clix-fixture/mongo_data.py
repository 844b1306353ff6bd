"""The documents that the stand-ins for MongoDB hold, in the shapes of gStudio's and qbank's models; all made up.

They lie below /var/lib/mongo-stand-in as DATABASE/COLLECTION.bson and .metadata.json. `mongo_data.py make` makes them;
`mongo_data.py insert DATABASE COLLECTION COUNT` adds documents, as lessons do.
"""
import datetime
import fcntl
import hashlib
import json
import os
import random
import sys

import bson
from bson import ObjectId

import users

ROOT = "/var/lib/mongo-stand-in"
QBANK = "assessment assessment_authoring hierarchy id logging relationship repository resource".split()
START = datetime.datetime(2018, 8, 16, 10, 0, 0)  # local wall time, stored as if it were UTC: as gStudio does


def stream(*key): return random.Random(hashlib.sha256(repr(key).encode()).digest())


def oid(*key): return ObjectId(hashlib.sha256(repr(key).encode()).digest()[:12])


def block(text, language="ENG", script="LATN"):
    return {"text": text, "languageTypeId": f"639-2%3A{language}%40ISO", "scriptTypeId": f"15924%3A{script}%40ISO",
            "formatTypeId": "TextFormats%3APLAIN%40okapia.net"}


# ---- gstudio-mongodb

UNITS = (("EB Unit0 English Beginner", "Unit 0: English Beginner"), ("GR1 Unit1 Concept of Shape", ""), ("रंग और आकार", "इकाई 1"))
TYPES = ("announced_unit", "CourseEventGroup", "Module", "Author", "Page", "File", "QuizItemEvent", "CourseUnitEvent",
         "CourseSectionEvent", "CourseSubSectionEvent", "Group")
ATTRIBUTES = ("first_name", "last_name", "enrollment_code", "educationallevel", "total_assessment_items", "assessment_list")
ALTNAMES = ("1.1 Warm Up", "1.2 Colours ", "रंग पहचानो", "రంగులు", "1.1 Warm Up", "")
PUPILS = [u for u in users.SCHOOL if u[0] % 7 == 0] + users.SCHOOL[:2]
TEACHER = users.SCHOOL[2]  # has just the three page views below, and no Counter: its activity CSV can be told in advance


def node(kind, identity, name, **more):
    return {"_id": identity, "_type": kind, "name": name, "altnames": None, "plural": None, "member_of": [], "created_at": START,
            "created_by": 1, "last_update": START, "modified_by": 1, "contributors": [1], "status": "PUBLISHED", "language": ["en", "English"],
            "collection_set": [], "group_set": [], "tags": [], "content": "", "url": None, "access_policy": "PUBLIC", **more}


def lessons(unit): return [oid("lesson", unit, k) for k in range(3)]


def activities(unit, lesson): return [oid("activity", unit, lesson, k) for k in range(3 if lesson < 2 else 0)]


def nodes():
    yield from (node("GSystemType", oid("type", name), name) for name in TYPES)
    yield from (node("AttributeType", oid("attribute", name), name, data_type="basestring") for name in ATTRIBUTES)
    for u, (name, altnames) in enumerate(UNITS):
        unit = oid("unit", u)
        yield node("Group", unit, name, altnames=altnames, member_of=[oid("type", "announced_unit")], author_set=[i for i, _ in PUPILS[::2]],
                   collection_set=lessons(u) + ([oid("gone")] if u == 1 else []), group_type="PUBLIC")
        yield node("GSystem", oid("module", u), ("English Beginner", "Geometric Reasoning", "आकार")[u], altnames="",
                   member_of=[oid("type", "Module")], collection_set=[unit])
        for l, lesson in enumerate(lessons(u)):
            yield node("GSystem", lesson, f"Lesson {l + 1}: Colours Around Us", collection_set=activities(u, l), group_set=[unit])
            for a, activity in enumerate(activities(u, l)):
                yield node("GSystem", activity, f"eb-u{u}-l{l + 1}-a{a + 1}", altnames=ALTNAMES[(3 * l + a) % 6],
                           member_of=[oid("type", "Page")], group_set=[unit], content="<p>made up</p>" * (1 + 40 * a))
    for identity, name in users.FACTORY + PUPILS + [TEACHER]:
        role = "Teacher" if identity < users.FIRST_ID + users.TEACHERS else "Student"
        yield node("Author", oid("author", identity), name, created_by=identity, agency_type=role, email="", group_type="PUBLIC")
    yield node("Author", oid("author", "twice"), PUPILS[3][1], created_by=PUPILS[3][0], agency_type="Student", group_type="PUBLIC")
    yield from (node("GSystem", oid("page", n), f"page {n}", member_of=[oid("type", "Page")], content="words " * (n % 50)) for n in range(150))


def triples():
    for identity, name in PUPILS:
        for attribute, value in (("first_name", "Made"), ("last_name", "Up"), ("enrollment_code", str(identity % 60)), ("educationallevel", "Grade 8")):
            yield {"_id": oid("triple", identity, attribute), "_type": "GAttribute", "name": f"{name} -- {attribute} -- {value}", "subject": oid("author", identity),
                   "attribute_type": oid("attribute", attribute), "attribute_type_scope": {}, "object_value": value, "subject_scope": None, "object_scope": None,
                   "status": "DELETED" if identity == PUPILS[4][0] else "PUBLISHED", "language": ["en", "English"]}
    for u, value in enumerate((30, "None", 12)):
        yield {"_id": oid("triple", "items", u), "_type": "GAttribute", "name": f"{UNITS[u][0]} -- total_assessment_items -- {value}", "subject": oid("unit", u),
               "attribute_type": oid("attribute", "total_assessment_items"), "object_value": value, "status": "PUBLISHED"}


def counter(user, u):
    r = stream("counter", user, u)
    used = {"created": r.randrange(4), "visits_gained": r.randrange(9), "visits_on_others_res": r.randrange(9), "comments_gained": 0, "commented_on_others_res": 0,
            "comments_by_others_on_res": {}, "avg_rating_gained": 0.5 if user % 2 else 0, "rating_count_received": 0}
    every = [a for l in range(3) for a in activities(u, l)]
    document = {"_id": oid("counter", user, u), "_type": "Counter", "user_id": user, "auth_id": oid("author", user), "group_id": oid("unit", u), "last_update": START,
                "is_group_member": True, "group_points": r.randrange(100), "page": {"blog": dict(used), "wiki": dict(used), "info": dict(used)}, "file": used,
                "quiz": {"attempted": 0, "correct": 0, "incorrect": 0}, "total_comments_by_user": 0, "course": {"modules": {"completed": 0, "total": 0}, "units": {"completed": 0, "total": 0}},
                "visited_nodes": {str(a): r.randrange(1, 5) for a in r.sample(every, r.randrange(len(every)))}}
    if user % 3: document["assessment"] = [{"id": f"made-up-{user}", "correct": 2, "notapplicable": 0, "attempted": 3, "incorrect": 1}] * (user % 2)
    return document


def counters():
    yield from (counter(user, u) for user, _ in PUPILS for u in range(3) if (user + u) % 3)
    yield counter(users.SCHOOL[-1][0], 0)  # has no Author


def benchmark(n, user, when, url, name, session):
    return {"_id": oid("benchmark", n), "_type": "Benchmark", "name": name, "time_taken": "%.5f" % stream(n).random(), "parameters": "3", "size_of_parameters": "None",
            "function_output_length": None, "calling_url": url, "last_update": when, "action": "/".join(url.split("/")[2:4]), "user": user, "session_key": session,
            "group": url.split("/")[1] if url.startswith("/") else "", "has_data": {"POST": False, "GET": False}, "locale": ("en", "hi", "te")[n % 3]}


def visit(n):
    """The n-th page view of the school."""
    user = PUPILS[n % len(PUPILS) - 2][1]
    u = n % 3
    unit, lesson, activity = oid("unit", u), lessons(u)[n % 2], activities(u, n % 2)[n % 3]
    kinds = ((f"/{unit}/course/activity_player/{lesson}/{activity}/", "activity_player_detail"), (f"/{unit}/course/activity_player/{lesson}/{activity}", "activity_player_detail"),
             (f"/{unit}/course/content/", "course_content"), ("/explore/courses", "explore_courses"), (f"/{user}/my-desk/", "my_desk"), ("/welcome", "landing_page"),
             (f"/{unit}/COURSE/Activity_Player/{lesson}/{activity}/", "activity_player_detail"), (f"/{unit}/course/activity_player/{lesson}/{activity}/more/", "activity_player_detail"))
    url, name = kinds[0] if n % 2 else kinds[n // 2 % len(kinds)]
    return benchmark(n, user, START + datetime.timedelta(seconds=37 * n, milliseconds=n % 1000), url, name, "%032x" % (n // 40))


def benchmarks():
    unit, lesson, (a1, a2, _) = (oid("unit", 0), lessons(0)[0], activities(0, 0))
    for n, (seconds, url, name) in enumerate(((0, f"/{unit}/course/activity_player/{lesson}/{a1}/", "activity_player_detail"),
                                              (90.25, f"/{unit}/course/activity_player/{lesson}/{a2}/", "activity_player_detail"), (300, f"/{unit}/course/content/", "course_content"))):
        yield benchmark(-1 - n, TEACHER[1], START + datetime.timedelta(seconds=seconds), url, name, "a" * 32)
    yield from (visit(n) for n in range(400))
    for n in range(20):  # what the platform's decorator notes of calls without a request
        yield {**benchmark(10**6 + n, "('',)", START, "('',)", "get_group_name_id", "('',)"), "has_data": {"POST": True, "GET": True}}


def buddies():
    for n in range(0, 20, 2):
        (first, _), (second, _) = PUPILS[n], PUPILS[n + 1]
        yield {"_id": oid("buddy", n), "_type": "Buddy", "loggedin_userid": first, "session_key": "%032x" % (n // 40), "starts_at": START, "ends_at": None if n % 4 else START + datetime.timedelta(hours=1),
               "buddy_in_out": {str(oid("author", second)): [{"in": START, "out": None if n % 4 else START + datetime.timedelta(minutes=40)}]}}


def filehives():
    for n in range(60):
        h = hashlib.sha256(b"file %d" % n).hexdigest()
        yield {"_id": oid("file", n), "_type": "Filehive", "md5": h, "relurl": f"{h[0]}/{h[1]}/{h[2]}/{h[3:]}.png", "mime_type": "image/png", "length": 1000.0 * n, "filename": f"picture {n}.png",
               "first_uploader": 1, "first_parent": oid("page", n), "uploaded_at": START, "if_image_size_name": "original", "if_image_dimensions": "500 X 300"}


# ---- qbank's databases; ids are text, times are real UTC

def qbank_id(kind, *key): return f"{kind}%3A{oid(kind, *key)}%40ODL.MIT.EDU"


def qbank(kind, n, **more):
    language = (("ENG", "LATN"), ("HIN", "DEVA"), ("TEL", "TELU"))[n % 3]
    return {"_id": oid(kind, n), "displayName": block(f"{kind} {n}", *language), "description": block("", *language), "genusTypeId": "GenusType%3ADEFAULT%40DLKIT.MIT.EDU", "recordTypeIds": [], **more}


def answer(n):
    if n % 3 == 0: return {"itemId": qbank_id("assessment.Item", n % 20), "submissionTime": None, "missingResponse": 0}
    return {"_id": oid("response", n), "itemId": qbank_id("assessment.Item", n % 20), "submissionTime": START + datetime.timedelta(minutes=n), "isCorrect": n % 2 == 0,
            "choiceIds": [str(oid("choice", n))], "feedbacks": [], "fileIds": {"audio": {"assetId": qbank_id("repository.Asset", n % 12), "assetContentId": qbank_id("repository.AssetContent", n % 12)}} if n % 5 == 0 else {}}


def taken(n):
    agent = ("0", "", str(PUPILS[n % len(PUPILS)][0]))[min(n % 6, 2)]
    return qbank("assessment.AssessmentTaken", n, assessmentOfferedId=qbank_id("assessment.AssessmentOffered", n % 5), takingAgentId=f"osid.agent.Agent%3A{agent}%40MIT-ODL", takerId="", score=0.0, gradeId="",
                 sections=[qbank_id("assessment.AssessmentSection", n)], actualStartTime=START + datetime.timedelta(minutes=n), completionTime=None if n % 2 else START + datetime.timedelta(minutes=n + 30))


def section(n):
    part = qbank_id("assessment_authoring.AssessmentPart", n % 8)
    return qbank("assessment.AssessmentSection", n, assessmentTakenId=qbank_id("assessment.AssessmentTaken", n), assessmentPartId=part, actualStartTime=START + datetime.timedelta(minutes=n),
                 assessmentParts=[{"assessmentPartId": part, "requiresSequentialItems": False, "level": 0}],
                 questions=[{"_id": oid("question", n, k), "itemId": qbank_id("assessment.Item", k), "questionId": qbank_id("assessment.Item", k), "assessmentPartId": part, "displayElements": [1], "responses": [answer(n + k)]} for k in range(3)])


def log_entry(n):
    words = json.dumps({"action": "questionViewed", "questionId": qbank_id("assessment.Item", n % 20), "mediaTime": n})
    return qbank("logging.LogEntry", n, text=block(words), timestamp=START + datetime.timedelta(minutes=n), agentId=f"osid.agent.Agent%3A{PUPILS[n % len(PUPILS)][0]}%40MIT-ODL", priorityId="", assignedLogIds=[qbank_id("logging.Log", 0)])


def stored_files():
    """The files that qbank keeps: (id, extension, is it a pupil's response), as repository.Asset tells."""
    return [(oid("content", n), ("wav", "png", "tb", "mp3")[n % 4], n < 12) for n in range(32)]


def asset(n):
    content, extension, _ = stored_files()[n]
    return qbank("repository.Asset", n, assetContents=[{"_id": content, "assetId": qbank_id("repository.Asset", n), "url": f"webapps/CLIx/datastore/repository/AssetContent/{content}.{extension}"}])


COLLECTIONS = {
    "gstudio-mongodb": {"Nodes": nodes, "Triples": triples, "Filehives": filehives, "Benchmarks": benchmarks, "Buddies": buddies, "Counters": counters},
    "assessment": {"Assessment": 5, "AssessmentOffered": 5, "AssessmentSection": (120, section), "AssessmentTaken": (120, taken), "Bank": 2, "Item": 20},
    "assessment_authoring": {"AssessmentPart": 8},
    "hierarchy": {"Hierarchy": 3, "node.Bank": 2},  # a name with a dot
    "id": {"AssessmentIds": (20, lambda n: {"_id": qbank_id("assessment.Assessment", n), "aliasIds": [qbank_id("alias", n)]})},
    "logging": {"Log": 1, "LogEntry": (200, log_entry)},
    "relationship": {"Family": 2, "Relationship": 10},
    "repository": {"Asset": (32, asset), "Repository": 2},
    "resource": {"Bin": 2, "Resource": 0},  # listed, and without a document: its dump has 0 bytes
    "local": {"startup_log": 3},  # the server's own
}
# Made by the field's own script, see its stand-in.
TEXT_INDEX = {"v": 1, "key": {"_fts": "text", "_ftsx": 1}, "name": "calling_url_text", "ns": "gstudio-mongodb.Benchmarks", "weights": {"calling_url": 1},
              "default_language": "english", "language_override": "language", "textIndexVersion": 3}


def documents(database, name, first=0, count=None):
    make = COLLECTIONS[database][name]
    if callable(make): return make()
    total, one = make if isinstance(make, tuple) else (make, lambda n: qbank(f"{database}.{name}", n))
    return (one(n) for n in range(first, first + (total if count is None else count)))


def path(database, name): return f"{ROOT}/{database}/{name}"


def make():
    for database, names in COLLECTIONS.items():
        os.makedirs(f"{ROOT}/{database}", exist_ok=True)
        for name in names:
            indexes = [{"v": 1, "key": {"_id": 1}, "name": "_id_", "ns": f"{database}.{name}"}] + ([TEXT_INDEX] if name == "Benchmarks" else [])
            options = {"capped": True, "size": 10485760} if database == "local" else {}
            with open(path(database, name) + ".metadata.json", "w") as file: json.dump({"options": options, "indexes": indexes}, file, separators=(",", ":"))
            with open(path(database, name) + ".bson", "wb") as file: file.writelines(bson.encode(d) for d in documents(database, name))


def insert(database, name, count):
    """What lessons add: page views for Benchmarks, else more of the same with new ids."""
    with open(path(database, name) + ".bson", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        there = os.fstat(file.fileno()).st_size
        if name == "Benchmarks": new = (visit(10**7 + there + n) for n in range(count))
        elif callable(COLLECTIONS[database][name]): new = ({**d, "_id": oid(there, d["_id"])} for d, _ in zip(list(documents(database, name)) * count, range(count)))
        else: new = documents(database, name, 10**6 + there, count)
        file.write(b"".join(bson.encode(d) for d in new))


def read(database, name):
    with open(path(database, name) + ".bson", "rb") as file: yield from bson.decode_file_iter(file)


if __name__ == "__main__":
    if sys.argv[1] == "make": make()
    else: insert(sys.argv[2], sys.argv[3], int(sys.argv[4]))
