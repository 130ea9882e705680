"""What a document, a model or a person writes is text, whatever it looks like.

base, key, chromium; document: a PDF; model: gives `evil` for every text; evil: what would run if it were markup.
"""

import httpx

from arguments import check, holds
from page import given, opened

evil = given["evil"]
headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)

name = evil + ".pdf"
document = api.post("/documents/upload", files={"file": (name, open(given["document"], "rb"))}).raise_for_status().json()
text = {"type": "string", "description": evil}
rows = {"type": "array", "items": {"type": "object", "properties": {"cell": text, evil: text}}}
definition = {"type": "object", "properties": {"plain": text, evil: text, "rows": rows}}
schema = api.post("/schemas", json={"name": evil, "description": evil, "schema_definition": definition}).raise_for_status().json()
body = {"document_id": document["document_id"], "schema_id": schema["schema_id"], "config": {"model": given["model"]}}
job = api.post("/jobs", json=body).raise_for_status().json()["job_id"]

WRONG = "[...document.querySelectorAll('img, script, iframe, svg, object, embed')].filter((it) => it.getAttribute('src') === 'x' || it.onerror || it.onload).length"

with opened() as page:
    asked = []
    page.on("request", lambda it: asked.append(it.url))
    page.on("dialog", lambda it: (asked.append("a dialog"), it.dismiss()))
    page.goto(f"{given['base']}/#/jobs/{job}")
    page.get_by_text("completed", exact=True).first.wait_for()
    line = page.get_by_role("treeitem").filter(has_text="plain")
    line.get_by_text(evil).first.wait_for()
    holds("the value is shown as it is", evil in line.inner_text())
    line.click()
    holds("where its proof is too", evil in page.get_by_role("region", name="The chosen value").inner_text())
    page.get_by_role("tab", name="rows").click()
    page.get_by_role("gridcell").filter(has_text=evil).first.click()
    page.get_by_role("tab", name="Run").click()
    for view in ["", "documents", "schemas", f"schemas/{schema['schema_id']}", "jobs"]:
        page.goto(f"{given['base']}/#/{view}")
        page.get_by_text(evil).first.wait_for(state="attached")
        check(f"at /{view} it is no markup", page.evaluate(WRONG), 0)
    check("nothing of it ran", page.evaluate("window.ran ?? null"), None)
    check("nothing was asked for by it", [url for url in asked if url.endswith("/x") or url == "a dialog"], [])
