// Schemas to begin with: those of the project's own examples, and the document that each was made for. Loaded when wanted.

export interface Template {
  name: string
  text: string
  /** The example itself, to try it with. */
  document: () => Promise<File>
}

const schemas = import.meta.glob<string>('../../../examples/*/schema.json', { query: '?raw', import: 'default' })
const documents = import.meta.glob<string>('../../../examples/*/document.pdf', { query: '?url', import: 'default' })

const NAMES: [string, string][] = [
  ['invoice', 'Invoice'],
  ['invoice-de', 'Invoice, German (Eingangsrechnung)'],
  ['contract', 'Services agreement'],
  ['form', 'Accident report form'],
  ['resume', 'Curriculum vitae'],
  ['report', 'Energy and emissions report'],
  ['drawing-rev-a', 'Engineering drawing'],
  ['receipt-scan', 'Till receipt'],
]

export const templates = NAMES.map(([folder, name]) => ({ folder, name }))

export async function template(folder: string): Promise<Template> {
  const text = await schemas[`../../../examples/${folder}/schema.json`]?.()
  const name = NAMES.find(([at]) => at === folder)?.[1] ?? folder
  return { name, text: text ?? '{}', document: () => example(folder) }
}

async function example(folder: string): Promise<File> {
  const url = await documents[`../../../examples/${folder}/document.pdf`]?.()
  const response = await fetch(url ?? '')
  return new File([await response.blob()], `${folder}.pdf`, { type: 'application/pdf' })
}

/** Nothing yet, but of the right form. */
export const EMPTY_SCHEMA = `{
  "type": "object",
  "properties": {
    "title": {
      "type": "string",
      "description": "What the document is called"
    }
  }
}
`
