"""The whole path, as a person goes it: a key, a document, a schema, data with its places, files to take away.

base, key, chromium; document: a PDF; gold: the values that are in it.
"""

import csv
import json
import zipfile

from arguments import check, holds
from page import given, opened, shot

gold = json.load(open(given["gold"]))

LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, it) => sum + it.encodedBodySize, 0)"""

with opened(but="401 (Unauthorized)") as page:
    page.locator(".cm-content").wait_for()
    loaded = page.evaluate(LOADED)
    holds(f"the first view and its editor are {loaded / 1024:.0f} KiB on the way", 10_000 < loaded < 300 * 1024)
    # A wrong key is said so, and nothing else is shown.
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Key").fill("sk_wrong")
    page.get_by_role("button", name="Open").click()
    page.get_by_text("this key is worth nothing here").wait_for()
    page.get_by_label("Key").fill(given["key"])
    page.get_by_role("button", name="Open").click()

    page.locator("input[type=file]").set_input_files([given["document"], given["document"]])
    page.get_by_text("uploaded", exact=True).nth(1).wait_for()
    check("both files are chosen", page.get_by_role("checkbox", checked=True).count(), 2)
    page.get_by_role("checkbox", checked=True).first.uncheck()

    # A schema that is none is judged by the server, at its line.
    editor = page.get_by_role("textbox", name="Schema as JSON")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text('{\n "type": "object",\n "properties": {\n  "a": { "oneOf": [] }\n }\n}')
    page.get_by_role("list", name="Problems of the schema").get_by_text("line 4").first.wait_for()
    holds("a job is not started with it", page.get_by_role("button", name="Start").is_disabled())

    page.get_by_label("Begin with").select_option("template:invoice")
    page.get_by_text("Valid:").wait_for()
    shot(page, "extract")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("completed", exact=True).first.wait_for()

    line = page.get_by_role("treeitem").filter(has_text="invoice number")
    holds("a value is there", gold["invoice_number"] in line.inner_text())
    page.locator("canvas").first.wait_for()
    line.hover()
    box = page.locator('[data-pointer="/invoice_number"].lit')
    box.wait_for()
    line.click()
    page.locator('[data-pointer="/invoice_number"].chosen').first.wait_for()
    holds("its proof is shown", gold["invoice_number"] in page.get_by_role("region", name="The chosen value").inner_text())

    # A click on a box chooses its value.
    target = page.locator('.boxes [data-pointer="/total_due"]')
    target.first.scroll_into_view_if_needed()
    frame = target.first.bounding_box()
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.get_by_role("treeitem", selected=True).filter(has_text="total due").wait_for()
    shot(page, "job")

    page.get_by_role("tab", name="line items").click()
    page.get_by_role("grid").wait_for()
    holds("the rows are there", gold["line_items"][0]["product_code"] in page.get_by_role("grid").inner_text())
    shot(page, "table")

    def export(kind: str) -> str:
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("dialog").get_by_role("button", name=kind).first.click()
        return str(download.value.path())

    data = json.load(open(export("JSON")))
    check("JSON is the data", (data["invoice_number"], len(data["line_items"])), (gold["invoice_number"], len(gold["line_items"])))
    holds("a workbook has a sheet for each", "xl/worksheets/sheet3.xml" in zipfile.ZipFile(export("Excel")).namelist())
    came = []
    keep = lambda it: came.append(it)
    page.on("download", keep)
    page.get_by_role("button", name="Export").click()
    page.get_by_role("dialog").get_by_role("button", name="CSV").click()
    while len(came) < 3:
        page.wait_for_timeout(50)
    page.remove_listener("download", keep)
    tables = {it.suggested_filename: list(csv.reader(open(it.path()))) for it in came}
    check("CSV has a file for each", sorted(tables), ["document.fields.csv", "document.line-items.csv", "document.vat-summary.csv"])
    check("and every row", len(tables["document.line-items.csv"]), len(gold["line_items"]) + 1)

    # What a person knows better lies over it, and goes along.
    page.get_by_role("tab", name="Fields").click()
    line.click()
    chosen = page.get_by_role("region", name="The chosen value")
    chosen.get_by_role("button", name="Correct").click()
    chosen.get_by_label("The right value").fill("ANOTHER-1")
    page.keyboard.press("Enter")
    chosen.get_by_role("button", name="Draw its place").click()
    frame = page.locator('.boxes [data-pointer="/invoice_number"]').bounding_box()
    page.mouse.move(frame["x"] - 60, frame["y"] - 4)
    page.mouse.down()
    page.mouse.move(frame["x"] + 20, frame["y"] + 20)
    page.mouse.up()
    page.locator('.boxes .drawn[data-pointer="/invoice_number"]').wait_for()
    chosen.get_by_text("said by a person on").wait_for()
    page.reload()
    page.get_by_text("completed", exact=True).first.wait_for()
    line.filter(has_text="ANOTHER-1").filter(has_text=gold["invoice_number"]).wait_for()
    holds("it is there after a reload, with the original", True)
    check("it is exported", json.load(open(export("JSON")))["invoice_number"], "ANOTHER-1")
    labelled = zipfile.ZipFile(export("Gold"))
    check("as gold too", json.loads(labelled.read("document/gold.json"))["invoice_number"], "ANOTHER-1")
    check("with the document as it was", labelled.read("document/document.pdf"), open(given["document"], "rb").read())
    marked = open(export("PDF with marks"), "rb").read()
    holds("a PDF has a mark for each value", marked.startswith(b"%PDF") and marked.count(b"/Highlight") > 100)

    # What was started is in the list, and in one's own programs.
    page.get_by_role("button", name="Code").click()
    holds("the code names the document", "document_id" in page.get_by_role("dialog").inner_text())
    holds("and not the key", given["key"] not in page.content())
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("row").filter(has_text="completed").first.wait_for()
