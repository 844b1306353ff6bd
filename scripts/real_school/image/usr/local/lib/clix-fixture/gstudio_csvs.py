"""The CSV files that gStudio's management commands write, from the made-up documents: names, columns, CRLF as there."""
import csv
import datetime
import os
import re
import unicodedata

import mongo_data
from knobs import Knobs

PROGRESS = "/data/gstudio-exported-users-analytics-csvs"
ACTIVITY = "/data/activity-timestamp-csvs"
SETTINGS = "/home/docker/code/gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py"
HEADER = """server_id,school_name,school_code,module_name,unit_name,username,user_id,first_name,last_name,roll_no,grade,enrollment_status,buddy_userids,buddy_usernames,total_lessons,lessons_visited,
percentage_lessons_visited,total_activities,activities_visited,percentage_activities_visited,total_quizitems,visited_quizitems,attempted_quizitems,unattempted_quizitems,correct_attempted_quizitems,
notapplicable_quizitems,incorrect_attempted_quizitems,user_files,total_files_viewed_by_user,other_viewing_my_files,unique_users_commented_on_user_files,total_rating_rcvd_on_files,commented_on_others_files,
cmts_on_user_files,total_cmnts_by_user,user_notes,others_reading_my_notes,cmts_on_user_notes,cmnts_rcvd_by_user,total_notes_read_by_user,commented_on_others_notes,total_rating_rcvd_on_notes,
correct_attempted_assessments,unattempted_assessments,visited_assessments,notapplicable_assessments,incorrect_attempted_assessments,attempted_assessments,total_assessment_items""".replace("\n", "").split(",")


def gstudio(name): return list(mongo_data.read("gstudio-mongodb", name))


def settings():
    """As the platform sees them: broken Python gives three empty texts."""
    names = "GSTUDIO_INSTITUTE_ID", "GSTUDIO_INSTITUTE_ID_SECONDARY", "GSTUDIO_INSTITUTE_NAME"
    found = {}
    try:
        with open(SETTINGS) as file: exec(file.read(), found)
    except (OSError, SyntaxError): pass
    return [found.get(name, "") for name in names]


def slug(text):
    """Django 1.6's slugify: a Hindi title becomes nothing."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())


def python2(texts): return "[" + ", ".join("u" + ascii(t) for t in texts) + "]"


def share(part, whole): return part / whole * 100 if part else 0


def write(folder, name, header, rows):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{name}", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(rows)


def stamp(): return datetime.datetime.now().strftime("%Y%m%d-%Hh%Mm")


def progress():
    """export_users_analytics: one file for each announced unit."""
    knobs, (server, code, school) = Knobs("export_users_analytics"), settings()
    knobs.begin()
    nodes = {n["_id"]: n for n in gstudio("Nodes")}
    authors = {}
    for n in nodes.values():
        if n["_type"] == "Author": authors.setdefault(n["created_by"], []).append(n)
    facts = {(t["subject"], t["attribute_type"]): t["object_value"] for t in gstudio("Triples")}
    counters = gstudio("Counters")
    for unit in nodes.values():
        if unit["_type"] != "Group" or mongo_data.oid("type", "announced_unit") not in unit["member_of"]: continue
        knobs.file()
        lessons = [nodes[l] for l in unit["collection_set"] if l in nodes]
        activities = sorted((nodes[a] for l in lessons for a in l["collection_set"] if a in nodes), key=lambda a: a["_id"])
        modules = [n["altnames"] or n["name"] for n in nodes.values() if mongo_data.oid("type", "Module") in n["member_of"] and unit["_id"] in n["collection_set"]]
        rows = []
        for c in counters:
            if c["group_id"] != unit["_id"]: continue
            if len(authors.get(c["user_id"], [])) != 1:
                os.makedirs("/data/gstudio-logs", exist_ok=True)
                with open("/data/gstudio-logs/export_users_analytics.log", "a") as log: log.write(f"\nuser {c['user_id']}: MultipleObjects or none\n")
                continue
            author, visited = authors[c["user_id"]][0], c["visited_nodes"]
            fact = lambda a: facts.get((author["_id"], mongo_data.oid("attribute", a)), "")
            done = sum(all(str(a) in visited for a in l["collection_set"]) for l in lessons)
            seen = sum(str(a["_id"]) in visited for a in activities)
            files, notes, tests = c["file"], c["page"]["blog"], c.get("assessment", [])
            items = facts.get((unit["_id"], mongo_data.oid("attribute", "total_assessment_items")), 0)
            items = 0 if items == "None" else items
            total = lambda key: sum(t[key] for t in tests)
            row = [server, school, code, python2(modules), slug(unit["name"]), author["name"], c["user_id"], fact("first_name"), fact("last_name"), fact("enrollment_code"), fact("educationallevel"),
                   "Yes" if c["user_id"] in unit["author_set"] else "No", "[]", "[]", len(lessons), done, share(done, len(lessons)), len(activities), seen, share(seen, len(activities)), 0, 0, 0, 0, 0, 0, 0,
                   files["created"], files["visits_on_others_res"], files["visits_gained"], len(files["comments_by_others_on_res"]), files["avg_rating_gained"], files["commented_on_others_res"], files["comments_gained"],
                   c["total_comments_by_user"], notes["created"], notes["visits_gained"], notes["comments_gained"], notes["comments_gained"] + files["comments_gained"], notes["visits_on_others_res"],
                   notes["commented_on_others_res"], notes["avg_rating_gained"], total("correct"), items - total("attempted") if "assessment" in c else 0, 0, total("notapplicable"), total("incorrect"), total("attempted"), items]
            rows.append(row + [visited.get(str(a["_id"]), 0) for a in activities])
        header = HEADER + [f"{a['altnames'] or a['name']} [{a['_id']}]" for a in activities]
        if rows: write(PROGRESS, f"{code}-{server}-{slug(unit['name'])}-{stamp()}.csv", header, rows)


def activity(user):
    """activity_timestamp USER: one row for each visit of an activity, newest first."""
    knobs = Knobs("activity_timestamp", user)
    knobs.begin()
    knobs.file()
    nodes = {n["_id"]: n for n in gstudio("Nodes")}
    if not any(n["name"] == user and n["_type"] == "Author" for n in nodes.values()): raise SystemExit(f"User matching query does not exist: {user}")
    every = sorted((b for b in gstudio("Benchmarks") if b["user"] == user), key=lambda b: b["last_update"])
    pairs = {b["session_key"]: [nodes[mongo_data.ObjectId(a)]["name"] for a in b["buddy_in_out"]] for b in gstudio("Buddies")}
    title = lambda part, field: slug(next((n.get(field) or n["name"] for i, n in nodes.items() if str(i) == part), "NA"))
    rows = []
    for visit in reversed(every):
        url = visit["calling_url"]
        if not (re.search("/course/activity_player", url, re.I) and url.startswith("/") and url.endswith("/")): continue
        row = ["NA", "NA", "NA", visit["locale"] or "en", str(visit["last_update"]), "NA", "NA", "NA", "NA"]
        parts = url.split("/")
        if len(parts) == 7:
            row[:3] = title(parts[1], "altnames"), title(parts[4], "name"), title(parts[5], "altnames")
            after = [b for b in every if b["last_update"] >= visit["last_update"] and b["_id"] != visit["_id"] and b["session_key"] == visit["session_key"]
                     and re.search("/course|my-desk|explore|tools/tool-page", b["calling_url"], re.I)]
            if after: row[5:8] = str(after[0]["last_update"]), after[0]["name"], "%.12g" % (after[0]["last_update"] - visit["last_update"]).total_seconds()
            if row[7].isdigit(): row[7] += ".0"
            if visit["session_key"] in pairs: row[8] = python2(pairs[visit["session_key"]])
        rows.append(row)
    header = "Unit,Lesson,Activity,Language,VisitedOn,OutTime,OutAction,TimeSpentInSeconds,Buddies".split(",")
    write(ACTIVITY, f"{settings()[0]}-{user}-activity-visits-{stamp()}.csv", header, rows)


def every_activity():
    """get_all_users_activity_timestamp_csvs.py: the command for each user that has a Counter."""
    Knobs("get_all_users_activity_timestamp_csvs").begin()
    ids = {c["user_id"] for c in gstudio("Counters")}
    for name in sorted({n["name"] for n in gstudio("Nodes") if n["_type"] == "Author" and n["created_by"] in ids}): activity(name)
