"""5,000 rows: all can be reached, few are in the document at a time, and no frame of scrolling takes more than 50 ms of work.

base, key, chromium; document: a PDF; model: gives the rows; rows: how many.

What is held against 50 ms is the time that the page's thread worked on a task (all that a frame needs is one), by the clock of
that thread, from a trace. The time between two frames by the clock on the wall is told too, and not judged: on a machine that
does other things it says how busy that is. The frames before, in which nothing scrolls, show that the trace sees what it should:
they must have had next to nothing to do.
"""

import json
import pathlib
import tempfile

import httpx

from arguments import check, holds
from page import given, opened, shot

FRAME_MS_MAX = 50
IDLE, FRAMES = 60, 240

count = int(given["rows"])
headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)
document = api.post("/documents/upload", files={"file": ("rows.pdf", open(given["document"], "rb"))}).raise_for_status().json()
row = {"type": "object", "properties": {name: {"type": "string"} for name in ["code", "name", "unit", "price", "note"]}}
definition = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
schema = api.post("/schemas", json={"name": "rows", "schema_definition": definition}).raise_for_status().json()
body = {"document_id": document["document_id"], "schema_id": schema["schema_id"], "config": {"model": given["model"]}}
job = api.post("/jobs", json=body).raise_for_status().json()["job_id"]

SCROLL = """async ([idle, frames]) => {
  const grid = document.querySelector('[role=grid]')
  let most = 0
  for (let step = 0; step < idle + frames; step += 1) {
    await new Promise(requestAnimationFrame)
    performance.mark(step < idle ? 'sluice-idle' : 'sluice-scrolls')
    most = Math.max(most, document.querySelectorAll('[role=grid] [role=row]').length)
    if (step >= idle) grid.scrollTop += step % 20 === 19 ? 8000 : 480
  }
  return most
}"""
CATEGORIES = ["disabled-by-default-devtools.timeline", "devtools.timeline", "blink.user_timing"]


def worked(events: list[dict], name: str) -> list[float]:
    """For each task of the page's thread while frames are marked so: the milliseconds for which it worked. All that one frame needs
    (what a scroll sets off, style, layout, paint, garbage) is one task; none is longer than a frame."""
    marks = sorted((it for it in events if it["name"] == name), key=lambda it: it["ts"])
    first, last = marks[0]["ts"], marks[-1]["ts"]
    thread = (marks[0]["pid"], marks[0]["tid"])
    tasks = [it for it in events if it["name"] == "RunTask" and it["ph"] == "X" and (it["pid"], it["tid"]) == thread]
    within = [it for it in tasks if it["ts"] + it["dur"] >= first and it["ts"] <= last]
    # Nobody works for longer than it takes: on some machines the clock of a thread is told late.
    return [min(it.get("tdur", it["dur"]), it["dur"]) / 1000 for it in within]


def frames(events: list[dict], name: str) -> list[float]:
    """The longest tasks, as many as there are frames: those that drew them."""
    count = sum(1 for it in events if it["name"] == name)
    return sorted(worked(events, name), reverse=True)[:count]


def gaps(events: list[dict], name: str) -> list[float]:
    starts = sorted(it["ts"] for it in events if it["name"] == name)
    return [(after - before) / 1000 for before, after in zip(starts, starts[1:])]


def told(values: list[float]) -> str:
    ordered = sorted(values)
    return f"median {ordered[len(ordered) // 2]:.1f}, 95 % {ordered[len(ordered) * 95 // 100]:.1f}, most {ordered[-1]:.1f}"


with opened() as page:
    page.goto(f"{given['base']}/#/jobs/{job}")
    page.get_by_text("completed", exact=True).first.wait_for()
    page.get_by_role("tab", name="rows").click()
    grid = page.get_by_role("grid")
    grid.wait_for()
    check("the grid knows how many there are", grid.get_attribute("aria-rowcount"), str(count + 1))
    # The document beside it is drawn first: its frames are its own.
    page.locator("canvas").first.wait_for()
    page.wait_for_load_state("networkidle")
    # What loading left behind is cleared away before: it is not of the scrolling.
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace.json"
        page.context.browser.start_tracing(page=page, path=path, categories=CATEGORIES)
        most = page.evaluate(SCROLL, [IDLE, FRAMES])
        page.context.browser.stop_tracing()
        events = json.loads(path.read_text())["traceEvents"]
    idle, scrolled = frames(events, "sluice-idle"), frames(events, "sluice-scrolls")
    print("ms of work in a frame, idle:", told(idle))
    print("ms of work in a frame, scrolling:", told(scrolled))
    print("ms from frame to frame on the wall, scrolling:", told(gaps(events, "sluice-scrolls")))
    check("every frame was seen", (len(idle), len(scrolled)), (IDLE, FRAMES))
    holds("the trace tells work from none", scrolled[FRAMES // 2] > 2 * idle[IDLE // 2])
    check(f"frames with more than {FRAME_MS_MAX} ms of work", [round(ms, 1) for ms in scrolled if ms > FRAME_MS_MAX], [])
    holds("few rows are in the document at a time", most < 100)
    grid.focus()
    page.keyboard.press("Control+End")
    page.get_by_role("gridcell", name=f"note {count - 1}", exact=False).wait_for()
    shot(page, "rows")
    page.keyboard.press("Control+Home")
    page.get_by_role("gridcell", name="code 0", exact=False).wait_for()
    order = page.evaluate("[...document.querySelectorAll('[role=grid] .rows [role=row]')].map((it) => Number(it.ariaRowIndex))")
    check("rows are read in their order", order, sorted(order))
