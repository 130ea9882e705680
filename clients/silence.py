"""A stream that has nothing to say for longer than the published client waits for a byte: heartbeats keep it open.

base, key, document, schema; quiet: a scripted model that answers after `seconds`. The client's own read timeout is 60 s.
"""

import json
import pathlib
import time

from contextual import ContextualAI
from contextual._streaming import Stream

from arguments import arguments, check, holds

given = arguments()
client = ContextualAI(base_url=given["base"] + "/v1", api_key=given["key"], max_retries=0)
holds("the client waits a minute for a byte and no longer", client.timeout == 60.0 or client.timeout.read == 60.0)
document = client.post(
    "/extract/documents/upload",
    cast_to=object,
    files={"file": ("a.pdf", pathlib.Path(given["document"]).read_bytes(), "application/pdf")},
    options={"headers": {"Content-Type": "multipart/form-data"}},
)
schema = json.loads(pathlib.Path(given["schema"]).read_text())
stored = client.post("/extract/schemas", cast_to=object, body={"name": "a", "schema_definition": schema})
begun = time.monotonic()
body = {"document_id": document["document_id"], "schema_id": stored["schema_id"], "stream": True, "config": {"model": given["quiet"]}}
types = [
    one["type"]
    for one in client.post("/extract/jobs", cast_to=object, body=body, stream=True, stream_cls=Stream[object])
]
check("the stream reaches its end", types[-1], "completed")
holds("after more than the client's patience", time.monotonic() - begun > float(given["seconds"]))
