"""Every view, light and dark, wide and narrow: no serious finding of axe, nothing that sticks out of a narrow screen.

base, key, chromium, axe: the file axe.min.js; document: a PDF; schema: its schema; shots: a folder for pictures, if they are
wanted.
"""

import json

import httpx

from arguments import check
from page import given, opened, shot

headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)
document = api.post("/documents/upload", files={"file": ("invoice.pdf", open(given["document"], "rb"))}).raise_for_status().json()
definition = json.load(open(given["schema"]))
for description in ["first", "second"]:
    definition["description"] = description
    schema = api.post("/schemas", json={"name": "Invoice", "schema_definition": definition}).raise_for_status().json()
body = {"document_id": document["document_id"], "schema_id": schema["schema_id"], "config": {"per_key_attribution": True}}
job = api.post("/jobs", json=body).raise_for_status().json()["job_id"]

AXE = """async () => {
  const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  return violations
    .filter((it) => it.impact === 'serious' || it.impact === 'critical')
    .map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join(' | ')}`)
}"""
# A third of a second without a change: axe trips over an element that goes away under it.
STILL = """() => new Promise((done) => {
  const settled = () => { observer.disconnect(); done() }
  let timer = setTimeout(settled, 300)
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(settled, 300) })
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
})"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def views(page):
    """Goes to each view and gives its name once it is there."""
    base = given["base"]
    page.goto(f"{base}/#/")
    page.get_by_label("Begin with").select_option("template:invoice")
    page.get_by_text("Valid:").wait_for()
    yield "extract"
    for name in ["documents", "schemas", "jobs", "usage", "settings"]:
        page.goto(f"{base}/#/{name}")
        page.wait_for_load_state("networkidle")
        yield name
    page.goto(f"{base}/#/schemas/new")
    page.get_by_role("button", name="Infer from documents").click()
    page.get_by_role("dialog").get_by_role("checkbox").first.check()
    yield "infer"
    page.get_by_role("dialog").get_by_role("button", name="Infer", exact=True).click()
    page.get_by_text("seen in one document").wait_for()
    page.get_by_text("Valid:").wait_for()
    yield "inferred"
    page.goto(f"{base}/#/schemas/{schema['schema_id']}")
    page.get_by_label("Compare with").select_option(index=1)
    page.get_by_text("Valid:").wait_for()
    yield "schema"
    page.goto(f"{base}/#/jobs/{job}")
    page.get_by_text("completed", exact=True).first.wait_for()
    page.locator("canvas").first.wait_for()
    page.locator('[role=treeitem][data-pointer="/invoice_date"]').click()
    yield "job"
    page.get_by_role("tab", name="line items").click()
    page.get_by_role("gridcell").nth(1).click()
    yield "table"
    page.get_by_role("tab", name="Run").click()
    yield "run"
    for name in ["Code", "Export"]:
        page.get_by_role("button", name=name).click()
        yield name.lower()
        page.keyboard.press("Escape")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.get_by_label("Key").wait_for()
    yield "key"


for scheme in ["light", "dark"]:
    for width in [1360, 390]:
        size = {"width": width, "height": 850}
        with opened(color_scheme=scheme, viewport=size, reduced_motion="reduce") as page:
            for name in views(page):
                page.evaluate(open(given["axe"]).read())
                page.evaluate(STILL)
                where = f"{name}, {scheme}, {width} wide"
                check(f"axe: {where}", page.evaluate(AXE), [])
                check(f"nothing sticks out: {where}", page.evaluate(WIDE), False)
                shot(page, f"{name}-{scheme}-{width}")
