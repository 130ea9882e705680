// Asks the server for a schema that fits documents. Nothing is stored by it.

import { answer, client } from '../api/client'
import { DOCUMENTS_MAX, type Proposed, told } from './seen'

/** `names` gives a document's file name. */
export async function propose(documents: string[], names: (documentId: string) => string): Promise<Proposed> {
  const asked = documents.slice(0, DOCUMENTS_MAX)
  const found = await answer(client.POST('/v1/extract/schemas/infer', { body: { document_ids: asked } }))
  return {
    text: `${JSON.stringify(found.schema_definition, null, 2)}\n`,
    seen: found.seen,
    told: told(found, documents.length, names),
  }
}
