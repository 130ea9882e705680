"""`httpx-sse` against both streams: frames as the standard has them, and resuming after every single event.

base, key, document, schema; slow: a scripted model.
"""

import json
import pathlib

import httpx
from httpx_sse import connect_sse

from arguments import arguments, check, holds

given = arguments()
http = httpx.Client(base_url=given["base"], headers={"Authorization": f"Bearer {given['key']}"}, timeout=20)


def post(path: str, **more) -> dict:
    answer = http.post(path, **more)
    answer.raise_for_status()
    return answer.json()


document = post("/v1/extract/documents/upload", files={"file": ("a.pdf", pathlib.Path(given["document"]).read_bytes())})
schema = json.loads(pathlib.Path(given["schema"]).read_text())
stored = post("/v1/extract/schemas", json={"name": "a", "schema_definition": schema})
body = {"document_id": document["document_id"], "schema_id": stored["schema_id"], "stream": True, "config": {"model": given["slow"]}}


def frames(method: str, path: str, **more) -> list:
    with connect_sse(http, method, path, **more) as source:
        headers = source.response.headers
        if source.response.status_code == 204:
            return []
        source.response.raise_for_status()
        check(f"{path}: media type", headers["content-type"].split(";")[0], "text/event-stream")
        check(f"{path}: not cached, not changed on the way", headers["cache-control"], "no-cache, no-transform")
        check(f"{path}: not buffered", headers["x-accel-buffering"], "no")
        check(f"{path}: not compressed", headers.get("content-encoding"), None)
        return [(one.event, one.id, one.data) for one in source.iter_sse()]


live = frames("POST", "/v1/extract/jobs", json=body)
check("ids are 1, 2, 3, ...", [id for _, id, _ in live], [str(n) for n in range(1, len(live) + 1)])
for event, id, data in live:
    data = json.loads(data)
    holds(f"event {id} says its type and number in the data too", (data["type"], str(data["sequence"])) == (event, id))
job_id = json.loads(live[0][2])["job_id"]
stream = f"/v1/extract/jobs/{job_id}/stream"
for after in range(0, len(live)):
    rest = frames("GET", stream, headers={"Last-Event-ID": str(after)})
    check(f"after {after}: the rest, byte for byte", rest, live[after:])
    check(f"starting_after={after}: the same", frames("GET", f"{stream}?starting_after={after}"), rest)
check("after the end there is nothing", frames("GET", stream, headers={"Last-Event-ID": str(len(live))}), [])
check("a cursor past the end is refused", http.get(stream, headers={"Last-Event-ID": str(len(live) + 1)}).status_code, 400)
check("and so is one that is none", http.get(stream, headers={"Last-Event-ID": "x"}).status_code, 400)

other = frames("GET", f"/v1/jobs/{job_id}/stream", headers={"Last-Event-ID": "0"})
check("the other door tells the same log: its last id", other[-1][1], live[-1][1])
check("and the same end", other[-1][0], "completed")
job = http.get(f"/jobs/{job_id}").json()["data"]
holds("one id, two spellings", job["id"].startswith("job_"))
check("found by either", http.get(f"/v1/jobs/{job['id']}").json()["data"], job)
