"""A part that failed is asked again, and a schema that was changed asks only what changed.

base, key, chromium; document: a PDF; model: refuses /line_items the first time it is asked.
"""

from arguments import check, holds
from page import given, opened, shot

with opened() as page:
    page.locator("input[type=file]").set_input_files(given["document"])
    page.get_by_label("Begin with").select_option("template:invoice")
    page.get_by_role("combobox", name="Model").select_option(given["model"])
    page.get_by_text("Valid:").wait_for()
    page.get_by_role("button", name="Start").click()

    again = page.get_by_role("button", name="Retry what failed")
    again.wait_for()
    page.get_by_role("tab", name="Run").click()
    holds("what failed is told", "Given up: /line_items" in page.get_by_role("region", name="What happened").inner_text())
    shot(page, "failed")
    again.click()
    again.wait_for(state="hidden")
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_role("tab", name="line items").click()
    page.get_by_role("grid").wait_for()

    # Another description of one field is another question, of its part alone.
    page.get_by_role("link", name="Run again").click()
    page.get_by_role("heading", name="What shall become data?").wait_for()
    page.get_by_role("checkbox", checked=True).wait_for()
    page.get_by_role("tab", name="Form").click()
    field = page.get_by_label("Meaning of vat_summary", exact=True)
    field.fill("The table of taxes, by rate")
    page.keyboard.press("Tab")
    page.get_by_text("Valid:").wait_for()
    page.get_by_role("combobox", name="Model").select_option(given["model"])
    page.get_by_role("button", name="Start").click()
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_role("tab", name="Run").click()
    told = page.get_by_role("region", name="What happened").inner_text()
    check("only what changed is asked", sorted(line for line in told.split("\n") if line.startswith(("Remembered", "Answered"))), ["Answered: /vat_summary", "Remembered: /line_items", "Remembered: the fields of the root"])
    shot(page, "again")

    # The two schemas are versions of one.
    page.get_by_role("link", name="Schemas", exact=True).click()
    page.get_by_role("row").filter(has_text="2 versions").first.wait_for()
