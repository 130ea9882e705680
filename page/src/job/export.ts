// A job's data to take away: JSON, CSV, XLSX. In the browser, from what it has; the sheets are made by a library that is
// loaded when wanted.

import type { Json } from '../api/client'
import { at, label } from './pointer'
import { columnsOf, type Column, type Line } from './rows'
import { shapeAt, type Shape } from './shape'

export interface Sheet {
  name: string
  head: string[]
  rows: Json[][]
}

/** The fields as one sheet of two columns, and each list as a sheet of its own. */
export function sheetsOf(result: Json, lines: Line[], shape: Shape | null): Sheet[] {
  const fields = lines.filter((line) => line.kind === 'value')
  const sheets: Sheet[] = []
  if (fields.length > 0) {
    const rows = fields.map((line): Json[] => [line.pointer.slice(1).replaceAll('/', '.'), plain(at(result, line.pointer))])
    sheets.push({ name: 'fields', head: ['field', 'value'], rows })
  }
  for (const line of lines.filter((each) => each.kind === 'list')) sheets.push(sheetOf(result, line, shape))
  return sheets
}

function sheetOf(result: Json, line: Line, shape: Shape | null): Sheet {
  const found = at(result, line.pointer)
  const rows = Array.isArray(found) ? found : []
  const columns: Column[] = columnsOf(shape ? (shapeAt(shape, line.pointer)?.items ?? null) : null, rows)
  return {
    name: label(line.key),
    head: columns.map((column) => column.path.slice(1).replaceAll('/', '.') || 'value'),
    rows: rows.map((row) => columns.map((column) => plain(at(row, column.path)))),
  }
}

function plain(value: Json | undefined): Json {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : value
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it: documents are foreign. */
export function csv({ head, rows }: Sheet): string {
  const lines = [head, ...rows].map((row) => row.map(cell).join(','))
  return `${lines.join('\r\n')}\r\n`
}

function cell(value: Json): string {
  if (value === null) return ''
  const said = typeof value === 'string' ? value.replace(/^(?=[=+@\t\r]|-(?!\d))/, "'") : String(value)
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said
}

export async function xlsx(sheets: Sheet[]): Promise<Blob> {
  const { default: write } = await import('write-excel-file/browser')
  const bold = (text: string) => ({ value: text, type: String, fontWeight: 'bold' as const })
  const body = (row: Json[]) => row.map((value) => typed(value))
  const made = sheets.map((sheet, index) => ({
    data: [sheet.head.map(bold), ...sheet.rows.map(body)],
    sheet: `${index + 1} ${sheet.name.replace(/[[\]:*?/\\]/g, ' ')}`.slice(0, 31),
    stickyRowsCount: 1,
    columns: sheet.head.map((name, at) => ({ width: widthOf(name, sheet.rows, at) })),
  }))
  return write(made as Parameters<typeof write>[0]).toBlob()
}

function typed(value: Json): { value: string | number | boolean; type: StringConstructor | NumberConstructor | BooleanConstructor } | null {
  if (typeof value === 'number') return { value, type: Number }
  if (typeof value === 'boolean') return { value, type: Boolean }
  return value === null ? null : { value: String(value), type: String }
}

function widthOf(name: string, rows: Json[][], at: number): number {
  const longest = rows.slice(0, 200).reduce((most, row) => Math.max(most, String(row[at] ?? '').length), name.length)
  return Math.min(60, longest + 2)
}

/** A labelled folder for `sluice eval`, as a zip: `NAME/{document.pdf, schema.json, gold.json, meta.json}`. */
export async function gold(name: string, document: ArrayBuffer, schema: Json, values: Json): Promise<Blob> {
  const { strToU8, zipSync } = await import('fflate')
  const folder = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^\.+/, '') || 'document'
  const json = (value: Json): Uint8Array => strToU8(`${JSON.stringify(value, null, 2)}\n`)
  const bytes = new Uint8Array(document)
  const files = {
    [`document.${extension(bytes)}`]: bytes,
    'schema.json': json(schema),
    'gold.json': json(values),
    'meta.json': json({ id: folder, type: 'other' }),
  }
  return new Blob([zipSync({ [folder]: files }) as BlobPart], { type: 'application/zip' })
}

/** By its first bytes; what the server takes is one of these. */
function extension([first]: Uint8Array): string {
  return { 0x25: 'pdf', 0x89: 'png', 0xff: 'jpg', 0x52: 'webp' }[first ?? 0] ?? 'tif'
}

export function save(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
