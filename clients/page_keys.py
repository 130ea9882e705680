"""The whole path without a mouse: every step by Tab, arrows, space and Enter.

base, key, chromium; document: a PDF.
"""

from arguments import check, holds
from page import given, opened

NAME = """() => {
  let it = document.activeElement
  while (it?.shadowRoot?.activeElement) it = it.shadowRoot.activeElement
  if (it === document.body) return ''
  const label = it?.labels?.[0]?.innerText ?? ''
  return `${it?.getAttribute('aria-label') ?? ''} ${label} ${it?.innerText ?? ''}`.trim()
}"""


def walk(page, to: str, key: str = "Tab", most: int = 60) -> None:
    """Presses the key until what has the focus is called so: it can be reached, and nothing on the way holds one back."""
    seen = []
    for _ in range(most):
        page.keyboard.press(key)
        name = page.evaluate(NAME)
        seen.append(name.split("\n")[0][:40])
        if to in name:
            holds(f"one comes to {to!r}", True)
            return
    check(f"one comes to {to!r}", seen, "never")


with opened() as page:
    page.reload()
    page.get_by_role("heading", name="What shall become data?").wait_for()
    walk(page, "Choose files")
    chosen = []
    page.on("filechooser", lambda it: chosen.append(it))
    while not chosen:
        # A browser that is still busy lets the first one pass.
        page.keyboard.press("Enter")
        page.wait_for_timeout(1_000)
    chosen[0].set_files(given["document"])
    page.get_by_text("uploaded", exact=True).wait_for()
    walk(page, "Begin with")
    page.keyboard.press("ArrowDown")
    page.get_by_text("Valid: 50 fields").wait_for()
    page.locator(".cm-content").wait_for()
    walk(page, "Schema as JSON")
    page.keyboard.press("Control+End")
    walk(page, "Model")
    walk(page, "Start")
    page.keyboard.press("Enter")
    page.get_by_text("completed", exact=True).first.wait_for()
    page.locator("canvas").first.wait_for()

    page.locator("body").focus()
    walk(page, "pages. Plus and minus zoom")
    before = page.locator(".percent").inner_text()
    page.keyboard.press("+")
    holds("the page is larger", page.locator(".percent").inner_text() != before)
    page.keyboard.press("0")
    page.keyboard.press("n")
    while page.locator(".page input").input_value() != "2":
        page.wait_for_timeout(50)

    walk(page, "Fields")
    walk(page, "invoice number", most=12)
    page.keyboard.press("ArrowDown")
    page.locator('[data-pointer="/invoice_date"].chosen').first.wait_for()
    walk(page, "Fields", key="Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.get_by_role("grid").wait_for()
    walk(page, "Only rows")
    walk(page, "Rows")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.locator('.boxes .chosen').first.wait_for()
    check("the cell is chosen", page.locator("[role=gridcell][aria-selected=true]").count(), 1)

    walk(page, "Export", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    holds("the focus is back where it was", "Export" in page.evaluate(NAME))
