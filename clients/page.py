"""The page at / in a real browser: opened, signed in, and watched for what no page may do. Used by every page_*.py here."""

import contextlib
import pathlib

from playwright.sync_api import Page, sync_playwright

from arguments import arguments, check

given = arguments()

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextlib.contextmanager
def opened(key: str | None = None, quiet: bool = True, but: str | tuple[str, ...] = (), **context):
    """A page of the server, signed in. With `quiet` it must have said nothing on its console and broken no rule at the end, but
    what has `but` in it."""
    said: list[str] = []
    expected = (but,) if isinstance(but, str) else but
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given["chromium"], args=FLAGS)
        page = browser.new_context(**{"viewport": {"width": 1360, "height": 850}, **context}).new_page()
        page.set_default_timeout(90_000)
        page.on("console", lambda it: said.append(it.text) if it.type in ("error", "warning") else None)
        page.on("pageerror", lambda it: said.append(str(it)))
        page.on("request", lambda it: None if it.url.startswith((given["base"], "blob:")) else said.append(f"elsewhere: {it.url}"))
        sign_in(page, key or given["key"])
        yield page
        if quiet:
            check("nothing on the console, nothing from elsewhere, no rule broken", [it for it in said if not any(each in it for each in expected)], [])
        browser.close()


def sign_in(page: Page, key: str) -> None:
    page.goto(given["base"] + "/")
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("heading", name="What shall become data?").wait_for()


def shot(page: Page, name: str) -> None:
    """A picture of what is seen, where one wants them."""
    if folder := given.get("shots"):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=pathlib.Path(folder) / f"{name}.png")
