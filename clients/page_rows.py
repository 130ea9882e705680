"""5,000 rows: all can be reached, few are in the document at a time. How long frames took is told, not judged.

base, key, chromium; document: a PDF; model: gives the rows; rows: how many.
"""

import httpx

from arguments import check, holds
from page import given, opened, shot

count = int(given["rows"])
headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)
document = api.post("/documents/upload", files={"file": ("rows.pdf", open(given["document"], "rb"))}).raise_for_status().json()
row = {"type": "object", "properties": {name: {"type": "string"} for name in ["code", "name", "unit", "price", "note"]}}
definition = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
schema = api.post("/schemas", json={"name": "rows", "schema_definition": definition}).raise_for_status().json()
body = {"document_id": document["document_id"], "schema_id": schema["schema_id"], "config": {"model": given["model"]}}
job = api.post("/jobs", json=body).raise_for_status().json()["job_id"]

SCROLL = """async () => {
  const grid = document.querySelector('[role=grid]')
  const frames = []
  let most = 0
  let last = performance.now()
  for (let step = 0; step < 240; step += 1) {
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    frames.push(now - last)
    last = now
    most = Math.max(most, document.querySelectorAll('[role=grid] [role=row]').length)
    grid.scrollTop += step % 20 === 19 ? 8000 : 480
  }
  frames.sort((a, b) => a - b)
  return { most, median: frames[120], p95: frames[228], worst: frames[239], over50: frames.filter((it) => it > 50).length }
}"""

with opened() as page:
    page.goto(f"{given['base']}/#/jobs/{job}")
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_role("tab", name="rows").click()
    grid = page.get_by_role("grid")
    grid.wait_for()
    check("the grid knows how many there are", grid.get_attribute("aria-rowcount"), str(count + 1))
    found = page.evaluate(SCROLL)
    print("frames while scrolling, in ms:", {key: round(value, 1) for key, value in found.items()})
    holds("few rows are in the document at a time", found["most"] < 100)
    grid.focus()
    page.keyboard.press("Control+End")
    page.get_by_role("gridcell", name=f"note {count - 1}", exact=False).wait_for()
    shot(page, "rows")
    page.keyboard.press("Control+Home")
    page.get_by_role("gridcell", name="code 0", exact=False).wait_for()
