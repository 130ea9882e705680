#!/usr/bin/env python3
"""Documents in layouts that nobody here made, with values that are known exactly: how well does the embedded model do?

usage: bench/unseen.py [--out DIR]          (then: sluice eval DIR/look --docs; sluice eval DIR/held)

Fetches pinned generators and templates by other people (npm, PyPI, Debian) into target/unseen, gives them made-up people and
firms (unseen/people.json, unseen/firms.json), and writes for every document a folder {document.pdf, schema.json, gold.json,
meta.json} below DIR/look or DIR/held (DIR is target/unseen/set). Nothing fetched becomes part of the project.

- The gold holds what the template prints: a value that pdfium does not find on the pages is null, a date of a resume of which
  only month or year is printed is that month or year, an address of a page is as printed.
- Schemas are JSON Resume's own, and for trade documents one of five habits of naming (unseen/names.json).
- Templates, not documents, are parted by a hash of their names. Rules may be made on `look`; of `held` only figures are looked at.

Needs Node with npm, Chromium, and Debian's apt-get and dpkg-deb.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "target" / "unseen"
DATA = HERE / "unseen"
THEMES = "caffeine class elegant eloquent even flat kards kendall macchiato onepage paper short spartan stackoverflow".split()
LEDGER = "sql-ledger=3.2.6-1"
# What asks for no amounts, and who issues it.
WITHOUT_AMOUNTS = ("packing-list", "vendure-order")
KINDS = {"sales-order": "order", "purchase-order": "order", "vendure-order": "order", "sales-quotation": "quote", "packing-list": "delivery_note",
         "receipt": "receipt", "credit": "credit_note"}
GERMAN_KINDS = {"order": "auftrag", "quote": "angebot", "delivery_note": "lieferschein", "receipt": "beleg", "credit_note": "gutschrift", "invoice": "rechnung"}
MONTHS = """january jan januar janvier janv enero gennaio januari janeiro|february feb februar février févr febrero febbraio februari fevereiro
march mar märz mars marzo maart março|april apr avril avr abril aprile|may mai mayo maggio mei maio|june jun juni juin junio giugno junho
july jul juli juillet juil julio luglio julho|august aug août agosto augustus|september sept sep septembre septiembre settembre setembro
october oct oktober okt octobre octubre ottobre outubro|november nov novembre noviembre novembro|december dec dezember dez décembre déc diciembre dicembre dezembro"""
MONTHS = [names.split() for names in re.split(r"[|\n]", MONTHS)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=pathlib.Path, default=WORK / "set")
    out = arguments.parse_args().out
    fetch()
    drawn, firms = WORK / "drawn", WORK / "firms.json"
    shutil.rmtree(drawn, ignore_errors=True)
    drawn.mkdir(parents=True)
    firms.write_text(json.dumps(computed(json.loads((DATA / "firms.json").read_text("utf-8")))), "utf-8")
    run("node", DATA / "resumes.mjs", WORK, drawn, DATA / "people.json", *THEMES)
    run("node", DATA / "invoices.mjs", WORK, drawn, firms)
    run(WORK / "venv/bin/python", DATA / "invoices.py", WORK / "ledger/usr/share/sql-ledger/doc/templates", drawn, firms)
    for page in sorted(drawn.glob("*.html")):
        printed(page)
    for half in ("look", "held"):
        shutil.rmtree(out / half, ignore_errors=True)
    people, firms = json.loads((DATA / "people.json").read_text("utf-8")), json.loads(firms.read_text("utf-8"))
    for document in sorted(drawn.glob("*.pdf")):
        template, subject = document.stem.rsplit(".", 1)
        if subject in people and subject not in chosen(template, sorted(people)):
            continue
        schema, gold = resume(people[subject]) if subject in people else trade(template, firms[subject], subject)
        kind = "resume" if subject in people else kind_of(template)
        write(out / half_of(template), document, template, kind, schema, gold)


def run(*command, **more):
    subprocess.run([str(part) for part in command], check=True, **more)


def fetch():
    """Into target/unseen; what is there already is left."""
    WORK.mkdir(parents=True, exist_ok=True)
    pins = (DATA / "package.json").read_bytes() + (DATA / "requirements.txt").read_bytes() + LEDGER.encode()
    stamp = WORK / "fetched"
    if stamp.exists() and stamp.read_bytes() == pins:
        return
    shutil.copy(DATA / "package.json", WORK / "package.json")
    run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--silent", cwd=WORK)
    run(sys.executable, "-m", "venv", WORK / "venv")
    run(WORK / "venv/bin/pip", "install", "--quiet", "--no-build-isolation", "setuptools", "wheel")
    run(WORK / "venv/bin/pip", "install", "--quiet", "--no-build-isolation", "-r", DATA / "requirements.txt")
    run("apt-get", "download", "--quiet", LEDGER, cwd=WORK)
    run("dpkg-deb", "--extract", next(WORK.glob("sql-ledger_*.deb")), WORK / "ledger")
    stamp.write_bytes(pins)


def printed(page):
    """Prints HTML as a browser would, without anything from a network."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000"]
    run(browser, "--headless", "--no-sandbox", "--disable-gpu", *offline, "--no-pdf-header-footer", f"--print-to-pdf={page.with_suffix('.pdf')}",
        page.as_uri(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def digest(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def half_of(template):
    """Half of the templates may be looked at. The salt was chosen before anything was measured, so that the two templates whose
    source had been read while this was written are in `look`, and that both halves have as many resumes and trade documents."""
    package = re.sub("-(receipt|credit)$", "", template)
    return "held" if digest(f"unseen 175 {package}") % 2 else "look"


def chosen(template, people):
    """Two people for each theme, so that every theme meets two shapes of content."""
    first = digest(template) % len(people)
    return {people[first], people[(first + 1 + digest(f"{template} second") % (len(people) - 1)) % len(people)]}


def kind_of(template):
    return next((kind for word, kind in KINDS.items() if word in template), "invoice")


def computed(firms):
    """Adds amounts, and everything as it is printed in that country."""

    def money(firm, amount):
        text = f"{amount:,.2f}"
        return text.translate({ord(","): firm["thousands"], ord("."): firm["decimal"]})

    for firm in firms.values():
        firm["items"] = [dict(zip(("number", "description", "quantity", "unit_price"), item)) for item in firm["items"]]
        for item in firm["items"]:
            amount = Decimal(item["unit_price"]) * item["quantity"]
            item["amount"] = str(amount)
            item["printed"] = {"unit_price": money(firm, Decimal(item["unit_price"])), "amount": money(firm, amount)}
        subtotal = sum(Decimal(item["amount"]) for item in firm["items"])
        tax = (subtotal * Decimal(str(firm["tax"])) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        amounts = {"subtotal": subtotal, "tax_amount": tax, "total": subtotal + tax}
        firm.update({name: str(amount) for name, amount in amounts.items()})
        firm["printed"] = {name: money(firm, amount) for name, amount in amounts.items()}
        firm["printed"] |= {name: datetime.date.fromisoformat(firm[name]).strftime(firm["date"]) for name in ("issued", "due", "delivered")}
    return firms


def resume(person):
    schema = json.loads((WORK / "node_modules/@jsonresume/schema/schema.json").read_text("utf-8"))
    for name in ("$schema", "meta"):
        schema["properties"].pop(name, None)
    return schema, person


def trade(template, firm, language):
    """Schema and gold of a trade document, in one habit of naming."""
    names = json.loads((DATA / "names.json").read_text("utf-8"))
    native = {"de": "german", "fr": "french", "es": "spanish"}.get(language, "flat")
    habit = native if digest(f"{template} {language}") % 2 else "described"
    kind = kind_of(template)
    known = {name: firm[name] for name in ("number", "issued", "due", "delivered", "order", "employee", "ship_via", "currency", "subtotal", "tax_amount", "total")}
    known["tax"] = str(firm["tax"])
    party = ("name", "street", "zip", "city", "country", "phone", "email")
    known["seller"] = {name: firm["seller"][name] for name in (*party, "tax_id", "iban")}
    known["buyer"] = {name: firm["buyer"][name] for name in (*party, "contact")}
    known["ship"] = {name: firm["ship"][name] for name in party[:5]}
    known["items"] = [{name: item[name] for name in ("number", "description", "quantity", "unit_price", "amount")} for item in firm["items"]]
    if kind == "order":
        known.pop("number" if "vendure" in template else "order")
    if "purchase" in template:
        known["seller"], known["buyer"] = dict.fromkeys(known["seller"]) | known["buyer"], dict.fromkeys(known["buyer"]) | known["seller"]
        for who, unasked in (("seller", "contact"), ("buyer", "iban"), ("buyer", "tax_id")):
            known[who].pop(unasked)
    if any(word in template for word in WITHOUT_AMOUNTS):
        for name in ("subtotal", "tax", "tax_amount", "total", "currency", "due"):
            known.pop(name)
        for item in known["items"]:
            item.pop("unit_price"), item.pop("amount")
    else:
        known.pop("ship")
    said = GERMAN_KINDS[kind] if habit == "german" else kind
    called = {name: spelled[habit].format(kind=said).replace("lieferscheins", "lieferschein") for name, spelled in names.items() if name != "about"}
    return called_so(known, called, "")


NUMBERS = {"quantity", "unit_price", "amount", "subtotal", "tax", "tax_amount", "total"}
DATES = {"issued", "due", "delivered"}


def called_so(known, called, within):
    """An object of ours as schema and gold in somebody's names."""
    schema, gold = {"type": "object", "properties": {}}, {}
    for name, value in known.items():
        path, _, description = called[within + name].partition("|")
        if isinstance(value, dict):
            inner, found = called_so(value, called, "")
        elif isinstance(value, list):
            rows = [called_so(row, called, f"{name}.") for row in value]
            inner, found = {"type": "array", "items": rows[0][0]}, [row[1] for row in rows]
        else:
            inner = {"type": "number"} if name in NUMBERS else {"type": "string"}
            inner |= {"format": "date"} if name in DATES else {}
            found = value and (float(value) if name in NUMBERS else value)
        *parents, last = path.split(".")
        at, into = schema["properties"], gold
        for parent in parents:
            at = at.setdefault(parent, {"type": "object", "properties": {}})["properties"]
            into = into.setdefault(parent, {})
        at[last] = inner | ({"description": description} if description else {})
        into[last] = found
    return schema, gold


class Pages:
    """The words of a document as another reader sees them, and what can be found among them."""

    def __init__(self, document, partial):
        self.partial = partial
        read = [str(WORK / "venv/bin/python"), "-c", "import sys,pypdfium2 as p;d=p.PdfDocument(sys.argv[1]);print('\\f'.join(x.get_textpage().get_text_range() for x in d))"]
        self.text = unicodedata.normalize("NFKC", subprocess.run([*read, str(document)], check=True, capture_output=True, text=True).stdout)
        self.count = self.text.count("\f") + 1
        self.letters = letters(self.text)
        self.words = set(re.findall(r"\w+", self.text.casefold()))
        self.numbers = set()
        for found in re.findall(r"\d[\d.,'\u00a0\u202f ]*\d|\d", self.text):
            for part in (found, *found.split()):
                self.numbers |= amounts(part)

    def shown(self, value, name=""):
        """The value as it is printed, or None."""
        if value in (None, ""):
            return None
        if isinstance(value, (int, float)):
            return value if round(Decimal(str(value)), 4) in self.numbers else None
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return self.day(value)
        if name in ("currency", "waehrung", "devise", "moneda"):
            return value if value in self.text or {"EUR": "€", "USD": "$", "GBP": "£"}[value] in self.text else None
        if re.match(r"https?://", value):
            return next((form for form in (value, re.sub(r"^https?://", "", value)) if letters(form) in self.letters), None)
        if len(letters(value)) <= 3:
            return value if value.casefold() in self.words else None
        every = set(re.findall(r"\w+", value.casefold()))
        return value if letters(value) in self.letters or (len(every) > 4 and every <= self.words) else None

    def day(self, iso):
        year, month, day = iso.split("-")
        names = MONTHS[int(month) - 1]
        days = {f"{year}{month}{day}", f"{day}{month}{year}", f"{month}{day}{year}", f"{day}{month}{year[2:]}", f"{month}{day}{year[2:]}",
                f"{int(day)}{int(month)}{year}", f"{int(month)}{int(day)}{year}"}
        days |= {form for name in names for form in (f"{int(day)}{name}{year}", f"{day}{name}{year}", f"{name}{day}{year}", f"{name}{int(day)}{year}")}
        if any(form in self.letters for form in days):
            return iso
        if not self.partial:
            return None
        months = {f"{name}{year}" for name in names} | {f"{month}{year}", f"{year}{month}", f"{int(month)}{year}"}
        if any(form in self.letters for form in months):
            return iso[:7]
        return year if year in self.words else None

    def only(self, value, name=""):
        """What of a value is printed: leaves that are not become null, rows of which nothing is are left out."""
        if isinstance(value, dict):
            kept = {key: self.only(inner, key) for key, inner in value.items()}
            return self.in_its_place(kept)
        if isinstance(value, list):
            kept = [self.only(inner, name) for inner in value]
            return [inner for inner in kept if any(leaf is not None for leaf in leaves(inner))]
        return self.shown(value, name)

    def in_its_place(self, party):
        """A country stands for a party only where it stands by its town: two parties may be of one country."""
        for city, country in (("city", "country"), ("ort", "land"), ("ville", "pays"), ("ciudad", "pais")):
            if party.get(country):
                town = letters(party.get(city) or "?")
                near = re.search(re.escape(town) + ".{0,40}" + re.escape(letters(party[country])), self.letters)
                party[country] = party[country] if near else None
        return party


def letters(text):
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def amounts(text):
    """What a printed number can mean: a mark before exactly three digits may part thousands."""
    digits = re.sub(r"[\s'\u00a0\u202f]", "", text).rstrip(".,")
    found = set()
    for decimal, thousands in (".,", ",."):
        plain = digits.replace(thousands, "")
        if re.fullmatch(r"\d+(\.\d+)?", plain.replace(decimal, ".")):
            found.add(round(Decimal(plain.replace(decimal, ".")), 4))
    return found


def leaves(value):
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


def write(out, document, template, kind, schema, gold):
    pages = Pages(document, partial=kind == "resume")
    kept = pages.only(gold)
    known, shown = (sum(leaf is not None for leaf in leaves(every)) for every in (gold, kept))
    print(f"{out.name} {document.stem}: {shown} of {known} values printed on {pages.count} pages")
    if shown * 4 < known:
        print(f"  left out: the template shows too little", file=sys.stderr)
        return
    folder = out / document.stem
    folder.mkdir(parents=True)
    shutil.copy(document, folder / "document.pdf")
    meta = {"id": document.stem, "type": kind, "file": "document.pdf", "pages": pages.count, "scanned": False, "template": template}
    for name, value in (("schema", schema), ("gold", kept), ("meta", meta)):
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
