"""What was used, as bars and as a table; keys are made, told once, used and revoked.

base, key, chromium; document: a PDF; schema: its schema.
"""

import csv
import datetime
import json

import httpx

from arguments import check, holds
from page import given, opened, shot

headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1", headers=headers)

with opened(but="401 (Unauthorized)") as page:
    page.get_by_role("link", name="Usage", exact=True).click()
    page.get_by_text("Nothing was done in these days").wait_for()

    document = api.post("/extract/documents/upload", files={"file": ("invoice.pdf", open(given["document"], "rb"))}).raise_for_status().json()
    definition = json.load(open(given["schema"]))
    schema = api.post("/extract/schemas", json={"name": "Invoice", "schema_definition": definition}).raise_for_status().json()
    body = {"document_id": document["document_id"], "schema_id": schema["schema_id"]}
    job = api.post("/extract/jobs", json=body).raise_for_status().json()["job_id"]
    page.goto(f"{given['base']}/#/jobs/{job}")
    page.get_by_text("completed", exact=True).first.wait_for()

    page.get_by_role("link", name="Usage", exact=True).click()
    row = page.get_by_role("table").get_by_role("row").nth(1)
    row.wait_for()
    today = api.get("/usage").json()["days"][0]
    check("the table says what the API says", row.get_by_role("cell").all_inner_texts()[:2], [today["day"], today["model"]])
    holds("today is a day of UTC", abs((datetime.date.fromisoformat(today["day"]) - datetime.datetime.now(datetime.UTC).date()).days) <= 1)
    bars = page.get_by_role("img", name="Pages by day")
    check("a bar for the one day", bars.locator("rect:not(.ground)").count(), 1)
    page.get_by_label("Jobs", exact=True).check()
    page.get_by_role("img", name="Jobs by day").wait_for()
    shot(page, "usage")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    table = list(csv.DictReader(open(download.value.path())))
    check("to take away", [(it["day"], it["completed"], it["pages"]) for it in table], [(today["day"], "1", str(today["pages"]))])

    # A key is told once, opens the API, and is worth nothing when it is revoked.
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("What the new key is for").fill("nightly import")
    page.get_by_role("button", name="Create a key").click()
    made = page.get_by_label("The new key", exact=True)
    key = made.inner_text()
    check("it opens the API", httpx.get(given["base"] + "/v1/keys", headers={"Authorization": f"Bearer {key}"}).status_code, 200)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    check("it can be copied", page.evaluate("navigator.clipboard.readText()"), key)
    shot(page, "key-made")
    page.get_by_role("button", name="I have it").click()
    page.reload()
    keys = page.get_by_role("list", name="Keys")
    line = keys.get_by_role("listitem").filter(has_text="nightly import")
    line.wait_for()
    holds("it is not told again", key not in page.content())
    own = keys.get_by_role("listitem").filter(has_text="of this page")
    check("one's own cannot be revoked", own.get_by_role("button").count(), 0)
    page.on("dialog", lambda it: it.accept())
    line.get_by_role("button", name="Revoke").click()
    line.wait_for(state="hidden")
    page.get_by_label("Show the 1 revoked").check()
    holds("it is known still", "revoked" in line.inner_text())
    check("and worth nothing", httpx.get(given["base"] + "/v1/keys", headers={"Authorization": f"Bearer {key}"}).status_code, 401)
