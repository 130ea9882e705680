"""Values come into the page while the job runs; the server is killed in the middle, and the page goes on.

base, key, chromium; document: a PDF; model: answers /line_items seconds after the rest; pid: the server's process; restart: a
file that this script makes once the server is dead, upon which the test starts it again.
"""

import os
import pathlib
import signal

import httpx

from arguments import check, holds
from page import given, opened, shot

headers = {"Authorization": f"Bearer {given['key']}"}

# The console tells of broken connections: that is what this is about.
with opened(quiet=False) as page:
    page.locator("input[type=file]").set_input_files(given["document"])
    page.get_by_label("Begin with").select_option("template:invoice")
    page.get_by_role("combobox", name="Model").select_option(given["model"])
    page.get_by_text("Valid:").wait_for()
    page.get_by_role("button", name="Start").click()

    # The fields are there before their values are.
    number = page.get_by_role("treeitem").filter(has_text="invoice number")
    number.wait_for()
    number.get_by_text("INV-2026-04817").wait_for()
    holds("a value is there while the job runs", page.get_by_text("processing", exact=True).first.is_visible())
    rows = page.get_by_role("treeitem").filter(has_text="line items")
    holds("and others are still to come", "not there yet" in rows.inner_text())
    shot(page, "live")

    os.kill(int(given["pid"]), signal.SIGKILL)
    page.get_by_text("The connection broke").wait_for()
    holds("what was there is there still", "INV-2026-04817" in number.inner_text())
    pathlib.Path(given["restart"]).touch()
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_text("The connection broke").wait_for(state="hidden")
    holds("the rest came", "rows" in rows.inner_text())

    def told() -> list[str]:
        page.get_by_role("tab", name="Run").click()
        return page.get_by_role("region", name="What happened").get_by_role("listitem").all_inner_texts()

    seen = told()
    job = page.url.split("/")[-1]
    log = httpx.get(f"{given['base']}/jobs/{job}/events", headers=headers).raise_for_status().json()
    check("no event lost, none doubled", len(seen), log["_meta"]["log_end"])
    page.reload()
    page.get_by_text("completed", exact=True).first.wait_for()
    check("opened anew it tells the same", told(), seen)
