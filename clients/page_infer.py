"""A schema is inferred from documents, looked over with what was seen for it, changed, saved, and used.

base, key, chromium; document: a PDF; other: another of its kind.
"""

from arguments import check, holds
from page import given, opened, shot

with opened() as page:
    # From the documents of a job that is about to be started.
    infer = page.get_by_role("button", name="Infer from documents")
    holds("without a document there is nothing to infer from", infer.is_disabled())
    page.locator("input[type=file]").set_input_files([given["document"]])
    page.get_by_text("uploaded", exact=True).wait_for()
    infer.click()
    page.get_by_text("seen in one document").wait_for()
    page.get_by_text("Valid:").wait_for()
    form = page.get_by_role("list", name="Fields of the schema")
    field = form.get_by_role("listitem").filter(has=page.get_by_label("Kind of invoice_number", exact=True))
    holds("what was seen stands beside the field", "INV-2026-04817" in field.inner_text())
    shot(page, "infer")

    # It goes along when the field is called differently, and is kept for this tab.
    field.get_by_label("Name", exact=True).fill("number_of_invoice")
    page.keyboard.press("Tab")
    named = form.get_by_role("listitem").filter(has=page.get_by_label("Kind of number_of_invoice", exact=True))
    holds("another name keeps what was seen", "INV-2026-04817" in named.inner_text())
    page.reload()
    holds("a reload keeps it too", "INV-2026-04817" in named.inner_text())
    page.get_by_text("Valid:").wait_for()

    page.get_by_role("button", name="Start").click()
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_role("treeitem").filter(has_text="invoice number").wait_for(state="hidden")
    page.get_by_role("treeitem").filter(has_text="number of invoice").wait_for()

    # From several documents, for a schema alone.
    page.goto(given["base"] + "/#/schemas/new")
    page.get_by_role("button", name="Infer from documents").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files([given["other"]])
    dialog.get_by_role("checkbox").nth(1).check()
    check("both are chosen", dialog.get_by_role("checkbox", checked=True).count(), 2)
    shot(page, "infer-dialog")
    dialog.get_by_role("button", name="Infer", exact=True).click()
    page.get_by_text("seen in 2 documents").wait_for()
    page.get_by_text("Valid:").wait_for()
    page.get_by_label("Name", exact=True).first.fill("Inferred")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/#/schemas/*-*")
    page.get_by_role("heading", name="Inferred").wait_for()
