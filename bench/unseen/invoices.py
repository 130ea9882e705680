"""Draws each firm's document with generators from PyPI and with SQL-Ledger's templates: invoices.py LEDGER OUT FIRMS.json

Writes OUT/<template>.<firm>.pdf, or .html to be printed. Called by ../unseen.py, in the environment that it made.
"""

import datetime
import json
import os
import pathlib
import re
import sys
from decimal import Decimal

LEDGER, OUT, FIRMS = (pathlib.Path(argument) for argument in sys.argv[1:])
os.environ["INVOICE_LANG"] = "en"


def town(party):
    return " ".join(filter(None, (party["zip"], party["city"])))


def day(text):
    return datetime.date.fromisoformat(text)


def pyinvoice(firm, path):
    from pyinvoice.models import ClientInfo, InvoiceInfo, Item, ServiceProviderInfo
    from pyinvoice.templates import SimpleInvoice

    def place(party):
        keys = {"name": "name", "street": "street", "city": "city", "state": "state", "country": "country", "post_code": "zip"}
        return {theirs: party[ours] for theirs, ours in keys.items()}

    drawn = SimpleInvoice(str(path))
    drawn.invoice_info = InvoiceInfo(firm["number"], day(firm["issued"]), day(firm["due"]))
    drawn.service_provider_info = ServiceProviderInfo(vat_tax_number=firm["seller"]["tax_id"], **place(firm["seller"]))
    drawn.client_info = ClientInfo(email=firm["buyer"]["email"], client_id=firm["buyer"]["number"], **place(firm["buyer"]))
    for item in firm["items"]:
        drawn.add_item(Item(item["number"], item["description"], item["quantity"], item["unit_price"]))
    drawn.set_item_tax_rate(firm["tax"])
    drawn.finish()


def invoicegenerator(firm, path):
    from InvoiceGenerator.api import Client, Creator, Invoice, Item, Provider
    from InvoiceGenerator.pdf import SimpleInvoice

    def place(kind, party, **more):
        return kind(party["name"], address=party["street"], city=party["city"], zip_code=party["zip"], country=party["country"],
                    phone=party["phone"], email=party["email"], **more)

    seller = place(Provider, firm["seller"], bank_name=firm["seller"]["bank"], bank_account=firm["seller"]["iban"], vat_id=firm["seller"]["tax_id"])
    invoice = Invoice(place(Client, firm["buyer"]), seller, Creator(firm["employee"]))
    invoice.number, invoice.use_tax = firm["number"], True
    invoice.currency, invoice.currency_locale = firm["sign"], "en_US.UTF-8"
    invoice.date, invoice.payback, invoice.taxable_date = day(firm["issued"]), day(firm["due"]), day(firm["delivered"])
    for item in firm["items"]:
        invoice.add_item(Item(item["quantity"], item["unit_price"], description=item["description"], unit=firm["unit"], tax=Decimal(str(firm["tax"]))))
    SimpleInvoice(invoice).gen(str(path), generate_qr_code=False)


def dinbrief(firm, path):
    from reportlab.platypus import Paragraph

    from dinbrief.document import Document
    from dinbrief.invoice import Invoice, Item, ItemTable, TotalTable
    from dinbrief.styles import styles
    from dinbrief.template import BriefTemplate

    rate = Decimal(str(firm["tax"])) / 100
    items = [Item(at + 1, item["description"], price=Decimal(item["unit_price"]), quantity=item["quantity"], unit=firm["unit"], vat_rate=rate)
             for at, item in enumerate(firm["items"])]
    template, invoice = BriefTemplate(), Invoice(items=items, currency=firm["sign"])
    lines = {who: [firm[who]["name"], firm[who]["street"], town(firm[who])] for who in ("seller", "buyer")}
    content = [Paragraph(f"Invoice {firm['number']}", styles["Subject"]), ItemTable(template, invoice), TotalTable(template, invoice)]
    document = Document(sender=lines["seller"], recipient=lines["buyer"], date=firm["printed"]["issued"], content=content)
    with open(path, "wb") as file:
        template.render(document, file)


def erechnung(firm, path, **more):
    from erechnung import Customer, Invoice, LineItem, Seller
    from erechnung.models import CustomerType

    def place(party):
        street, house = party["street"].rsplit(" ", 1)
        return {"street": street, "house_number": house, "postal_code": party["zip"], "city": party["city"]}

    seller = Seller(firm["seller"]["name"], vat_id=firm["seller"]["tax_id"], iban=firm["seller"]["iban"], phone=firm["seller"]["phone"],
                    email=firm["seller"]["email"], **place(firm["seller"]))
    buyer = Customer(company=firm["buyer"]["name"], customer_type=CustomerType.B2B, customer_number=firm["buyer"]["number"], **place(firm["buyer"]))
    items = [LineItem(item["description"], Decimal(item["quantity"]), Decimal(item["unit_price"]), tax_rate=Decimal(firm["tax"])) for item in firm["items"]]
    invoice = Invoice(seller=seller, customer=buyer, line_items=items, invoice_number=firm["number"], issue_date=day(firm["issued"]),
                      service_date=day(firm["delivered"]), due_date=day(firm["due"]), **more)
    pathlib.Path(path).write_bytes(invoice.pdf_bytes())


def erechnung_credit(firm, path):
    from erechnung.models import InvoiceType

    erechnung(firm, path, invoice_type=InvoiceType.CREDIT_NOTE, reference_number=firm["order"], reference_date=day(firm["delivered"]))


def larzpdf(firm, path, kind="Invoice"):
    import larzpdf as package

    parties = {who: {"name": firm[who]["name"], "address": f"{firm[who]['street']}, {town(firm[who])}", "email": firm[who]["email"]} for who in ("seller", "buyer")}
    drawn = getattr(package, kind)(firm["number"], date=firm["printed"]["issued"], currency=firm["sign"], **parties)
    for item in firm["items"]:
        drawn.item(item["description"], qty=item["quantity"], price=item["unit_price"])
    drawn.tax(firm["tax"] / 100, label=firm["tax_name"])
    drawn.save(str(path))


def arca(firm, path):
    from factura_pdf.generator import generate_invoice_pdf

    detail = {"invoice_number": firm["number"], "date": firm["issued"], "due_date": firm["due"], "customer_name": firm["buyer"]["name"],
              "total": float(firm["total"]), "tax_total": float(firm["tax_amount"]), "notes": firm["terms"], "custom_fields": [],
              "line_items": [{"name": item["description"], "description": "", "quantity": item["quantity"], "rate": float(item["unit_price"]),
                              "item_total": float(item["amount"])} for item in firm["items"]]}
    sent = {"tipo_cbte": 1, "punto_venta": 3, "fecha": firm["issued"], "fecha_vto": firm["due"], "cuit_receptor": "30712345676", "concepto": 1,
            "importe_neto": float(firm["subtotal"]), "importe_iva": float(firm["tax_amount"]), "importe_total": float(firm["total"]),
            "alicuotas": [{"id": 5, "base_imp": float(firm["subtotal"]), "importe": float(firm["tax_amount"])}]}
    result = {"cae": 76123456789012, "cae_vto": "20260711", "nro_comprobante": 871}
    # Not fiscal: it is stamped as a sample, which no made-up invoice should be without.
    pathlib.Path(path).write_bytes(generate_invoice_pdf(detail, sent, result, "20000000001", fiscal=False))


def ledger(kind, language):
    """SQL-Ledger's HTML templates know <%name%>, <%if%>, <%if not%>, <%foreach%> over lists that run together, <%include%>."""

    def draw(firm, path):
        folder = LEDGER / language
        names = ledger_names(firm, kind)
        text = (folder / f"{kind}.html").read_bytes()
        text = text.decode("utf-8" if b"\xc3" in text else "latin-1")
        text = re.sub(r"<%include ([\w.]+)%>", lambda found: (folder / found[1]).read_text("latin-1"), text)
        head = "<!doctype html><meta charset=utf-8><style>img{display:none}</style>"
        pathlib.Path(path).write_text(head + ledger_fill(text, names, None), "utf-8")

    return draw


def ledger_names(firm, kind):
    """What SQL-Ledger calls what we have. Of lists, one value for each row."""
    items, ours, theirs = firm["items"], firm["seller"], firm["buyer"]
    buying = "vendor" if kind in ("purchase_order", "request_quotation") else "customer"
    names = {
        "company": ours["name"], "address": f"{ours['street']}<br>{town(ours)}", "tel": ours["phone"], "fax": ours["fax"], "businessnumber": ours["tax_id"],
        "name": theirs["name"], "address1": theirs["street"], "zipcode": theirs["zip"], "city": theirs["city"], "state": theirs["state"],
        "country": theirs["country"], "contact": theirs["contact"], "email": theirs["email"], f"{buying}phone": theirs["phone"], "customer_id": theirs["number"],
        "invnumber": firm["number"], "quonumber": firm["number"], "ordnumber": firm["number"] if kind.endswith("order") else firm["order"],
        "employee": firm["employee"], "shipvia": firm["ship_via"], "shippingpoint": firm["shipping_point"], "terms": "30", "currency": firm["currency"],
        "subtotal": firm["printed"]["subtotal"], "runningnumber": [str(at + 1) for at in range(len(items))],
        "number": [item["number"] for item in items], "description": [item["description"] for item in items],
        "qty": [str(item["quantity"]) for item in items], "ship": [str(item["quantity"]) for item in items], "unit": [firm["unit"]] * len(items),
        "sellprice": [item["printed"]["unit_price"] for item in items], "linetotal": [item["printed"]["amount"] for item in items],
        "tax": [firm["printed"]["tax_amount"]], "taxdescription": [firm["tax_name"]], "taxbase": [firm["printed"]["subtotal"]],
        "taxrate": [str(firm["tax"]).replace(".", firm["decimal"])], "taxnumber": [ours["tax_id"]],
    }
    for name in ("invtotal", "ordtotal", "quototal", "total"):
        names[name] = firm["printed"]["total"]
    for name in ("invdate", "orddate", "quodate", "transdate"):
        names[name] = firm["printed"]["issued"]
    names["duedate"], names["reqdate"], names["shippingdate"] = firm["printed"]["due"], firm["printed"]["due"], firm["printed"]["delivered"]
    for theirs_name, key in {"name": "name", "address1": "street", "zipcode": "zip", "city": "city", "state": "state", "country": "country"}.items():
        names[f"shipto{theirs_name}"] = firm["ship"][key]
    return names


def ledger_fill(text, names, row):
    def value(name):
        found = names.get(name, "")
        return (found[row] if row is not None else found[0]) if isinstance(found, list) and found else found or ""

    def block(found):
        word, name, inner = found[1], found[2], found[3]
        if word == "foreach":
            rows = names.get(name, [])
            return "".join(ledger_fill(inner, names, at) for at in range(len(rows))) if isinstance(rows, list) else ""
        return ledger_fill(inner, names, row) if bool(value(name)) != (word == "if not") else ""

    text = re.sub(r"<%(foreach|if not|if) (\w+)%>(.*?)<%end \2%>", block, text, flags=re.S)
    return re.sub(r"<%(\w+)%>", lambda found: str(value(found[1])), re.sub(r"<%(end|if|foreach|if not) \w+%>", "", text))


TEMPLATES = {
    "pyinvoice": (pyinvoice, ["en", "uk"]),
    "invoicegenerator": (invoicegenerator, ["uk", "en"]),
    "dinbrief": (dinbrief, ["uk", "de"]),
    "erechnung": (erechnung, ["de"]),
    "erechnung-credit": (erechnung_credit, ["de"]),
    "larzpdf": (larzpdf, ["en", "uk"]),
    "larzpdf-receipt": (lambda firm, path: larzpdf(firm, path, "Receipt"), ["uk"]),
    "arca-factura-pdf": (arca, ["es"]),
}
LANGUAGES = {"en": "Default", "uk": "Service_Industry", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Brazilian_Portugese"}
LEDGERS = {
    "invoice": ["de", "fr", "it", "nl"], "sales_order": ["es", "pt", "de"], "sales_quotation": ["uk", "fr", "it"],
    "purchase_order": ["en", "nl", "es"], "packing_list": ["de", "pt", "en"], "credit_invoice": ["fr", "it"],
}


def main():
    firms = json.loads(FIRMS.read_text("utf-8"))
    jobs = [(template, name, draw, "pdf") for template, (draw, names) in TEMPLATES.items() for name in names]
    jobs += [(f"sql-ledger-{kind.replace('_', '-')}", name, ledger(kind, LANGUAGES[name]), "html") for kind, names in LEDGERS.items() for name in names]
    for template, name, draw, ending in jobs:
        try:
            draw(firms[name], OUT / f"{template}.{name}.{ending}")
        except Exception as error:  # One generator that fails costs its own documents.
            print(f"{template}.{name}: {error!r}", file=sys.stderr)


main()
