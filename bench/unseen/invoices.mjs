// Draws each firm's document with generators from npm: node invoices.mjs PACKAGES OUT FIRMS.json
// Writes OUT/<template>.<firm>.pdf, or .html to be printed. Labels are those of the package, or of its own example where it
// leaves them to the caller. Called by ../unseen.py, which adds what follows from the data (amounts, printed dates).
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [packages, out, file] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const firms = JSON.parse(readFileSync(file, 'utf8'));
const path = (template, firm, ending) => join(out, `${template}.${firm}.${ending}`);
const town = (party) => [party.zip, party.city].filter(Boolean).join(' ');
const address = (party) => [party.street, town(party), party.country].join(', ');

const templates = {
	async microinvoice(name, firm) {
		const Generator = require('microinvoice');
		const who = (label, party) => [
			{ label, value: [party.name, party.street, town(party), party.country, party.phone, party.email] },
			...(party.tax_id ? [{ label: 'Tax Identifier', value: party.tax_id }] : []),
		];
		await new Generator({
			data: { invoice: {
				name: 'Invoice', currency: firm.currency,
				header: [{ label: 'Invoice Number', value: firm.number }, { label: 'Status', value: 'Unpaid' }, { label: 'Date', value: firm.printed.issued }],
				customer: who('Bill To', firm.buyer), seller: who('Bill From', firm.seller),
				details: {
					header: [{ value: 'Description' }, { value: 'Quantity' }, { value: 'Subtotal' }],
					parts: firm.items.map((item) => [{ value: item.description }, { value: item.quantity }, { value: item.amount, price: true }]),
					total: [
						{ label: 'Total without VAT', value: firm.subtotal, price: true }, { label: 'VAT Rate', value: `${firm.tax}%` },
						{ label: 'VAT Paid', value: firm.tax_amount, price: true }, { label: 'Total paid with VAT', value: firm.total, price: true },
					],
				},
			} },
		}).generate(path('microinvoice', name, 'pdf'));
	},
	async 'pdf-invoice'(name, firm) {
		const { PDFInvoice } = require('@h1dd3nsn1p3r/pdf-invoice');
		await new PDFInvoice({
			company: { name: firm.seller.name, address: address(firm.seller), phone: `Tel: ${firm.seller.phone}`, email: `Mail: ${firm.seller.email}`, taxId: `Tax ID: ${firm.seller.tax_id}` },
			customer: { name: firm.buyer.contact, company: firm.buyer.name, address: address(firm.buyer), phone: `Tel: ${firm.buyer.phone}`, email: `Mail: ${firm.buyer.email}` },
			invoice: { number: firm.number, date: firm.printed.issued, dueDate: firm.printed.due, status: 'Unpaid', locale: 'en-US', currency: firm.currency, path: path('pdf-invoice', name, 'pdf') },
			items: firm.items.map((item) => ({ name: item.description, quantity: item.quantity, price: Number(item.unit_price), tax: firm.tax })),
			note: { text: 'Thank you for your business.' },
		}).create();
	},
	async 'jspdf-invoice-template'(name, firm) {
		const { default: draw, OutputType } = require('jspdf-invoice-template-nodejs');
		const drawn = draw({
			outputType: OutputType?.ArrayBuffer ?? 'arraybuffer',
			business: { name: firm.seller.name, address: address(firm.seller), phone: firm.seller.phone, email: firm.seller.email, website: '' },
			contact: { label: 'Invoice issued for:', name: firm.buyer.name, address: address(firm.buyer), phone: firm.buyer.phone, email: firm.buyer.email, otherInfo: '' },
			invoice: {
				label: 'Invoice #: ', num: firm.number, invDate: `Payment Date: ${firm.printed.due}`, invGenDate: `Invoice Date: ${firm.printed.issued}`,
				headerBorder: false, tableBodyBorder: false,
				header: [{ title: '#', style: { width: 10 } }, { title: 'Title', style: { width: 30 } }, { title: 'Description', style: { width: 70 } }, { title: 'Price' }, { title: 'Quantity' }, { title: 'Unit' }, { title: 'Total' }],
				table: firm.items.map((item, at) => [at + 1, item.number, item.description, item.printed.unit_price, item.quantity, firm.unit, item.printed.amount]),
				additionalRows: [
					{ col1: 'Total:', col2: firm.printed.total, col3: firm.currency, style: { fontSize: 14 } },
					{ col1: `${firm.tax_name}:`, col2: String(firm.tax), col3: '%', style: { fontSize: 10 } },
					{ col1: 'SubTotal:', col2: firm.printed.subtotal, col3: firm.currency, style: { fontSize: 10 } },
				],
			},
			footer: { text: 'The invoice is created on a computer and is valid without the signature and stamp.' },
			pageEnable: true, pageLabel: 'Page ',
		});
		writeFileSync(path('jspdf-invoice-template', name, 'pdf'), Buffer.from(drawn.arrayBuffer));
	},
	async 'vendure-order'(name, firm) {
		const source = readFileSync(join(packages, 'node_modules/@pinelab/vendure-plugin-order-pdfs/dist/ui/default-template.ts'), 'utf8');
		const template = source.slice(source.indexOf('`') + 1, source.lastIndexOf('`'));
		const to = (party) => ({ fullName: party.contact ?? '', company: party.name, streetLine1: party.street, postalCode: party.zip, city: party.city, country: party.country });
		const order = { code: firm.order, shippingAddress: to(firm.ship), billingAddress: to(firm.buyer), lines: firm.items.map((item) => ({ quantity: item.quantity, productVariant: { name: item.description } })) };
		const html = require('handlebars').compile(template)({ order, orderDate: firm.printed.issued, customerEmail: firm.buyer.email });
		writeFileSync(path('vendure-order', name, 'html'), html);
	},
};

for (const [template, names] of Object.entries({
	microinvoice: ['uk', 'en'], 'pdf-invoice': ['en', 'uk'], 'jspdf-invoice-template': ['uk', 'en'], 'vendure-order': ['uk', 'nl'],
})) {
	for (const name of names) {
		try {
			await templates[template](name, firms[name]);
		} catch (error) {
			process.stderr.write(`${template}.${name}: ${error.message}\n`);
		}
	}
}
