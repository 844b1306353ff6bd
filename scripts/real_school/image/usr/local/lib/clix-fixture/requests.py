"""requests.py COUNT TAG [HOST]: real requests to the nginx beside it, each for a path of its own that has TAG in it.

Ends when nginx has written the log lines of all of them. HOST other than the school's name goes to access.log.
"""
import http.client
import sys

count, tag, host = int(sys.argv[1]), sys.argv[2], (sys.argv + ["clixserver.tiss.edu"])[3]
connection = http.client.HTTPConnection("127.0.0.1", 80)
headers = {"Host": host, "User-Agent": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64)", "Referer": "https://clixserver.tiss.edu/home"}
for number in range(count):
    connection.request("GET", f"/{tag}-{number}/course/content/", headers=headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200: sys.exit(f"nginx answered {answer.status}")
connection.request("GET", "/settled", headers={"Host": "localhost"})
connection.getresponse().read()
