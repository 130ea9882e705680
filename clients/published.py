"""The published Extract client against this server: only its base URL is changed.

base, key: the server. document, schema: files. slow, failing: names of scripted models (an answer after a while; one
that fails at first).
"""

import json
import pathlib
import time

import contextual
from contextual import ContextualAI
from contextual._streaming import Stream
from contextual.pagination import SyncDocumentsPage

from arguments import arguments, check, holds

given = arguments()
client = ContextualAI(base_url=given["base"] + "/v1", api_key=given["key"])
document_file = pathlib.Path(given["document"])
schema = json.loads(pathlib.Path(given["schema"]).read_text())


def upload(name: str) -> dict:
    return client.post(
        "/extract/documents/upload",
        cast_to=object,
        files={"file": (name, document_file.read_bytes(), "application/pdf")},
        options={"headers": {"Content-Type": "multipart/form-data"}},
    )


def ended(job_id: str) -> dict:
    while True:
        status = client.get(f"/extract/jobs/{job_id}", cast_to=object)
        if status["status"] in ("completed", "failed", "cancelled"):
            return status
        time.sleep(0.05)


def refused(call) -> contextual.APIStatusError:
    try:
        call()
    except contextual.APIStatusError as error:
        return error
    raise SystemExit("FAILED a refusal was expected")


# Documents.
document = upload("first.pdf")
check("an upload has a status", document["status"], "uploaded")
check("its size is told in bytes", document["file_size"], document_file.stat().st_size)
holds("its pages are counted", document["page_count"] >= 1)
for number in range(4):
    upload(f"more-{number}.pdf")
pages = client.get_api_list(
    "/extract/documents", page=SyncDocumentsPage[object], model=object, options={"params": {"limit": 2}}
)
names = [one["file_name"] for one in pages]
check("the client walks all pages of a list, newest first", names, ["more-3.pdf", "more-2.pdf", "more-1.pdf", "more-0.pdf", "first.pdf"])
again = client.get(f"/extract/documents/{document['document_id']}", cast_to=object)
check("a document is found again", again, document)

# Schemas.
stored = client.post("/extract/schemas", cast_to=object, body={"name": "invoice", "schema_definition": schema})
check("a schema comes back as it was written", stored["schema_definition"], schema)
check("metadata is always an object", stored["metadata"], {})
wrong = refused(
    lambda: client.post("/extract/schemas", cast_to=object, body={"name": "x", "schema_definition": {"type": "array"}})
)
check("a schema outside the subset", wrong.status_code, 422)
holds("says where, in the published form", isinstance(wrong.body["detail"], list) and wrong.body["detail"][0]["loc"])

ids = {"document_id": document["document_id"], "schema_id": stored["schema_id"]}

# Start, poll, results.
created = client.post("/extract/jobs", cast_to=object, body={**ids, "config": {"per_key_attribution": True}})
holds("a job says when it may be done", created["estimated_completion"])
status = ended(created["job_id"])
check("the job completes", status["status"], "completed")
check("and is at 100 per cent", status["progress"]["completion_percentage"], 100)
results = client.get(f"/extract/jobs/{created['job_id']}/results", cast_to=object)
number = results["results"]["invoice_number"]
holds("a value stands with its proof", number["extracted_value"] and number["locations"][0]["bounding_box"])
check("and says so", results["metadata"]["has_attributions"], True)

# Stream: the client drops names and ids, so all is in the data.
streamed = list(
    client.post(
        "/extract/jobs",
        cast_to=object,
        body={**ids, "stream": True, "config": {"model": given["slow"]}},
        stream=True,
        stream_cls=Stream[object],
    )
)
check("the stream begins with the start", streamed[0]["type"], "start")
check("and ends with the end, once", [one["type"] for one in streamed].count("completed"), 1)
check("its last event is the end", streamed[-1]["type"], "completed")
check("numbers have no gap", [one["sequence"] for one in streamed], list(range(1, len(streamed) + 1)))
parts = [one for one in streamed if one["type"] == "subtree_result"]
check("every part is there", len(parts), streamed[0]["total_subtrees"])

# Re-attach from the middle.
job_id = streamed[0]["job_id"]
tail = list(
    client.get(
        f"/extract/jobs/{job_id}/stream",
        cast_to=object,
        options={"headers": {"Last-Event-ID": "2"}},
        stream=True,
        stream_cls=Stream[object],
    )
)
check("re-attached, it is the rest and nothing else", tail, streamed[2:])
whole = list(client.get(f"/extract/jobs/{job_id}/stream", cast_to=object, stream=True, stream_cls=Stream[object]))
check("without a cursor, the state and the end", [one["type"] for one in whole], ["state", "completed"])

# A model that fails at first: the status says so, the job completes.
failing = client.post("/extract/jobs", cast_to=object, body={**ids, "config": {"model": given["failing"]}})
check("a failing model is asked again", ended(failing["job_id"])["status"], "completed")

# The client repeats what it is told to: too many jobs are not repeated, as the answer says.
many = [client.post("/extract/jobs", cast_to=object, body={**ids, "config": {"model": given["stuck"], "seed": seed}}) for seed in range(5)]
begun = time.monotonic()
limit = refused(lambda: client.post("/extract/jobs", cast_to=object, body={**ids, "config": {"model": given["stuck"]}}))
check("the sixth job at once is refused", limit.status_code, 429)
holds("and the client was told not to try again", time.monotonic() - begun < 3)
for one in many:
    client.post(f"/extract/jobs/{one['job_id']}/cancel", cast_to=object)
check("all of them stop", {ended(one["job_id"])["status"] for one in many}, {"cancelled"})

# Deletes have a body and an answer.
check("a document is removed", list(client.delete(f"/extract/documents/{names and again['document_id']}", cast_to=object)), ["message"])
check("a schema is removed", list(client.delete(f"/extract/schemas/{stored['schema_id']}", cast_to=object)), ["message"])
gone = refused(lambda: client.get(f"/extract/documents/{again['document_id']}", cast_to=object))
check("what is removed is not found", gone.status_code, 404)
bad = refused(lambda: ContextualAI(base_url=given["base"] + "/v1", api_key="sk_wrong").get("/extract/jobs", cast_to=object))
check("a wrong key", bad.status_code, 401)
