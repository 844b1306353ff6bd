"""The made-up school's accounts; as a program: SQL for the tables that Django 1.6 has in `gstudio_psql`."""
import base64
import hashlib

SERVER = "mz150"
FIRST_ID = 157451  # of the 1050 that the platform's arithmetic gives to mz150
COLOURS = "red green blue yellow orange purple pink brown black white grey golden silver violet".split()
ELEMENTS = "carbon oxygen copper iron".split()
TOKENS = "apple mango banana grapes papaya guava rose lotus jasmine lily tiger bear eagle parrot rabbit turtle camel zebra".split()
TEACHERS, STUDENTS = 50, 250


def names(tokens, count):
    return [f"{COLOURS[i % 14]}-{tokens[i // 14]}-{SERVER}" for i in range(count)]


# (id, user name), the first 50 are teachers. What the image's makers left is on every server.
SCHOOL = list(enumerate(names(ELEMENTS, TEACHERS) + names(TOKENS, STUDENTS), FIRST_ID))
FACTORY = [(1, "administrator"), (3, "made.up.staff@example.org"), (1259951, "green-carbon-sp100"), (1259952, "red-turtle-sp100")]

TABLE = """CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz NOT NULL,
 is_superuser boolean NOT NULL, username varchar(30) NOT NULL UNIQUE, first_name varchar(30) NOT NULL,
 last_name varchar(30) NOT NULL, email varchar(75) NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL,
 date_joined timestamptz NOT NULL);"""


def row(identity, name):
    salt = hashlib.sha256(name.encode()).hexdigest()[:12]
    key = base64.b64encode(hashlib.pbkdf2_hmac("sha256", b"made up", salt.encode(), 1)).decode()
    joined = "2018-06-05 11:59:12.024+05:30"
    seen = f"2018-08-{1 + identity % 28:02d} 10:{identity % 60:02d}:00+05:30" if identity % 5 == 0 else joined
    last = "Tab\\there and a back\\\\slash" if identity == FIRST_ID else ""
    staff = "t" if identity < 1000 else "f"
    return "\t".join([str(identity), f"pbkdf2_sha256$12000${salt}${key}", seen, staff, name, "", last, "", staff, "t", joined])


if __name__ == "__main__":
    print("SET client_encoding = 'UTF8';\nSET timezone = 'Asia/Kolkata';")
    print(TABLE)
    print("COPY auth_user FROM stdin;")
    for identity, name in FACTORY + SCHOOL: print(row(identity, name))
    print("\\.")
    print("CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL);")
    print("INSERT INTO django_session SELECT md5(n::text), repeat(md5(n::text), 8), timestamptz '2018-09-01 10:00+05:30' + n * interval '1 hour' FROM generate_series(1, 400) n;")
