"""What a person says of a value is kept on the server: another window sees it, none overwrites the other, and what cannot be
kept is told until it is.

base, key, chromium; document: a PDF; gold_folder: where the labelled folder is put, for `sluice eval`.
"""

import io
import json
import pathlib
import zipfile

import httpx

from arguments import check, holds
from page import given, opened, shot, sign_in

headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)


def kept(job: str) -> dict:
    return api.get(f"/jobs/{job}/corrections").raise_for_status().json()["corrections"]


def correct(page, field: str, value: str) -> None:
    page.locator(f'[role=treeitem][data-pointer="{field}"]').click()
    chosen = page.get_by_role("region", name="The chosen value")
    chosen.get_by_role("button", name="Correct").click()
    chosen.get_by_label("The right value").fill(value)
    page.keyboard.press("Enter")


def saved(page) -> None:
    page.get_by_text("said by a person on").wait_for()


with opened(but=("net::ERR_FAILED", "412 (Precondition Failed)")) as page:
    page.locator("input[type=file]").set_input_files(given["document"])
    page.get_by_label("Begin with").select_option("template:invoice")
    page.get_by_text("Valid:").wait_for()
    page.get_by_role("button", name="Start").click()
    page.get_by_text("completed", exact=True).first.wait_for()
    job = page.url.split("/")[-1]
    other = page.context.new_page()
    sign_in(other, given["key"])
    other.goto(page.url)
    other.get_by_text("completed", exact=True).first.wait_for()

    # Two windows say something of two values, the second before it has seen what the first said.
    correct(page, "/invoice_number", "ANOTHER-1")
    saved(page)
    correct(other, "/invoice_date", "2026-10-15")
    saved(other)
    said = kept(job)
    check("both are kept", sorted((at, it["value"]) for at, it in said.items()), [("/invoice_date", "2026-10-15"), ("/invoice_number", "ANOTHER-1")])
    check("with what was found", said["/invoice_number"]["original"], "INV-2026-04817")
    holds("and the second sees the first", "ANOTHER-1" in other.locator('[role=treeitem][data-pointer="/invoice_number"]').inner_text())

    # Of one value the later word counts, and it is told that there was another.
    correct(page, "/invoice_date", "2026-10-16")
    page.get_by_text("Another window said something else of invoice date").wait_for()
    saved(page)
    check("the later word counts", kept(job)["/invoice_date"]["value"], "2026-10-16")

    # Without a server it is told, and kept as soon as there is one.
    page.route("**/corrections", lambda route: route.abort())
    correct(page, "/invoice_number", "ANOTHER-2")
    page.get_by_role("alert").filter(has_text="not saved").wait_for()
    shot(page, "not-saved")
    check("nothing is pretended", kept(job)["/invoice_number"]["value"], "ANOTHER-1")
    page.unroute("**/corrections")
    page.get_by_role("alert").filter(has_text="not saved").wait_for(state="hidden")
    saved(page)
    check("it is kept then", kept(job)["/invoice_number"]["value"], "ANOTHER-2")

    # What is taken back is gone for everybody.
    page.get_by_role("region", name="The chosen value").get_by_role("button", name="Back to the original").click()
    while "/invoice_number" in kept(job):
        page.wait_for_timeout(50)
    shot(page, "corrected")

    # What was corrected is gold.
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Gold").click()
    labelled = zipfile.ZipFile(io.BytesIO(pathlib.Path(download.value.path()).read_bytes()))
    labelled.extractall(given["gold_folder"])
    check("with what was corrected", json.loads(labelled.read("document/gold.json"))["invoice_date"], "2026-10-16")
