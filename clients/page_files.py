"""Files that a browser cannot simply show: a large PDF comes in pieces, a TIFF as pictures of its pages.

base, key, chromium.
"""

import random
import struct

import httpx

from arguments import check, holds
from page import given, opened, shot

PAGES, SHELF, PADDING = 60, 10, 60_000

headers = {"Authorization": f"Bearer {given['key']}"}
api = httpx.Client(base_url=given["base"] + "/v1/extract", headers=headers)


def pdf() -> bytes:
    """Pages with a line of text each, and much between them that nobody needs."""
    noise = random.Random(1)
    shelves = PAGES // SHELF
    page = lambda at: 4 + shelves + 3 * at
    kids = lambda numbers: " ".join(f"{number} 0 R" for number in numbers)
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {PAGES}/Kids[{kids(range(4, 4 + shelves))}]>>", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for shelf in range(shelves):
        objects.append(f"<</Type/Pages/Parent 2 0 R/Count {SHELF}/Kids[{kids(page(shelf * SHELF + at) for at in range(SHELF))}]>>")
    for at in range(PAGES):
        content = f"BT /F 24 Tf 60 700 Td (This is sheet {at + 1}) Tj ET"
        padding = "".join(noise.choices("abcdefghijklmnopqrstuvwxyz", k=PADDING))
        objects += [
            f"<</Type/Page/Parent {4 + at // SHELF} 0 R/MediaBox[0 0 595 842]/Contents {page(at) + 1} 0 R/Resources<</Font<</F 3 0 R>>>>>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
            f"<</Length {PADDING}>>stream\n{padding}\nendstream",
        ]
    file, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return file + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF".encode()


def tiff(sizes: list[tuple[int, int]]) -> bytes:
    """Grey pictures, one for each size, as they come out of a scanner."""
    file = struct.pack("<2sHI", b"II", 42, 8)
    for at, (width, height) in enumerate(sizes):
        entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, len(file) + 2 + 9 * 12 + 4), (277, 1), (278, height), (279, width * height)]
        end = entries[5][1] + width * height
        file += struct.pack("<H", len(entries))
        file += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        file += struct.pack("<I", end if at + 1 < len(sizes) else 0) + bytes([200 - 60 * at]) * (width * height)
    return file


def job(name: str, file: bytes) -> str:
    document = api.post("/documents/upload", files={"file": (name, file)}).raise_for_status().json()
    definition = {"type": "object", "properties": {"sheet": {"type": "string"}}}
    schema = api.post("/schemas", json={"name": name, "schema_definition": definition}).raise_for_status().json()
    body = {"document_id": document["document_id"], "schema_id": schema["schema_id"]}
    return api.post("/jobs", json=body).raise_for_status().json()["job_id"]


large = pdf()
sizes = [(300, 400), (500, 350)]
with opened() as page:
    came = []
    page.on("response", lambda it: came.append((it.status, int(it.headers.get("content-length", 0)))) if it.url.endswith("/content") else None)
    page.goto(f"{given['base']}/#/jobs/{job('large.pdf', large)}")
    page.get_by_text("This is sheet 1", exact=True).wait_for()
    page.locator("canvas").first.wait_for()
    check("it comes in pieces", {status for status, _ in came}, {206})
    first = sum(size for _, size in came)
    holds(f"for the first page a part is enough: {first} of {len(large)} bytes", first < len(large) / 2)
    middle = PAGES // 2
    page.locator(".page input").fill(str(middle))
    page.keyboard.press("Enter")
    page.get_by_text(f"This is sheet {middle}", exact=True).wait_for()
    holds("and for one in the middle another", first < sum(size for _, size in came) < len(large))

    page.goto(f"{given['base']}/#/jobs/{job('scan.tiff', tiff(sizes))}")
    pictures = page.locator(".sheet img")
    pictures.first.wait_for()
    page.locator(".page input").fill("2")
    page.keyboard.press("Enter")
    pictures.nth(1).wait_for()
    shown = "(images) => images.map((it) => [it.naturalWidth, it.naturalHeight])"
    while 0 in [side for size in pictures.evaluate_all(shown) for side in size]:
        page.wait_for_timeout(50)
    found = pictures.evaluate_all(shown)
    check("each page has its own shape", [round(width / height, 2) for width, height in found], [round(width / height, 2) for width, height in sizes])
    shot(page, "tiff")
