"""A real browser on a page of the server's own origin: EventSource stops after the end and goes on after a crash.

base, key; body: the request that starts a job of some seconds, made once the page is there; pid: the server's process;
restart: a file that this script makes once the server is dead, upon which the test starts it again. EventSource cannot
send a key: the page uses `access_token`, as documented.
"""

import json
import os
import pathlib
import signal

import httpx
from playwright.sync_api import sync_playwright

from arguments import arguments, check, holds

given = arguments()

WATCH = """([url]) => {
  window.seen = []; window.opened = 0; window.errors = 0; window.requests = 0;
  const source = new EventSource(url);
  window.source = source;
  source.onopen = () => { window.opened += 1; };
  source.onerror = () => { window.errors += 1; };
  for (const name of ["start", "state", "progress", "subtree_result", "subtree_retry", "subtree_error",
                      "agentic_array_progress", "completed", "failed", "cancelled"])
    source.addEventListener(name, (event) => window.seen.push([name, event.lastEventId, event.data]));
}"""

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=given["chromium"],
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    )
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/stream" in request.url else None)
    # Not the page at /: its policy lets no script in that is made of text, and that is what this one is.
    page.goto(given["base"] + "/health")
    started = httpx.post(
        given["base"] + "/v1/extract/jobs",
        json=json.loads(given["body"]),
        headers={"Authorization": f"Bearer {given['key']}"},
    )
    job = started.raise_for_status().json()["job_id"]
    url = f"/v1/extract/jobs/{job}/stream?starting_after=0&access_token={given['key']}"
    page.evaluate(WATCH, [url])
    page.wait_for_function("window.seen.length >= 3", timeout=20_000)
    holds("events arrive while the job runs", page.evaluate("window.seen.at(-1)[0] !== 'completed'"))

    os.kill(int(given["pid"]), signal.SIGKILL)
    pathlib.Path(given["restart"]).touch()
    page.wait_for_function("window.seen.length > 0 && window.seen.at(-1)[0] === 'completed'", timeout=60_000)
    holds("the browser came back by itself", page.evaluate("window.opened") >= 2)
    ids = [int(id) for _, id, _ in page.evaluate("window.seen")]
    check("no event lost, none doubled", ids, list(range(1, len(ids) + 1)))

    # After the end the browser asks once more, is told 204, and stays away.
    page.wait_for_function("window.source.readyState === EventSource.CLOSED", timeout=20_000)
    before = len(asked)
    page.wait_for_timeout(4_000)
    check("after the end there is no loop", len(asked), before)
    browser.close()
