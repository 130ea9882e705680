// What was seen for the fields of a schema that was proposed: beside each field while it is edited. Pure.

import type { Document, Proposal, Seen } from '../api/client'

export type { Seen }

/** Most documents that the server looks at for one proposal. */
export const DOCUMENTS_MAX = 20

export interface Proposed {
  /** The schema, as it is shown. */
  text: string
  /** By its place in the values; `-` stands for any entry of a list. */
  seen: Seen[]
  /** What is to be told of it, in a sentence. */
  told: string
}

/** What came of it: how much was seen in how many documents, and which could not be read. */
export function told(found: Pick<Proposal, 'seen' | 'unread'>, asked: number, names: (documentId: string) => string): string {
  const read = Math.min(asked, DOCUMENTS_MAX) - found.unread.length
  const fields = found.seen.length === 1 ? 'One field was' : `${found.seen.length || 'No'} fields were`
  const documents = read === 1 ? 'one document' : `${read} documents`
  const left = asked > DOCUMENTS_MAX ? ` Only the first ${DOCUMENTS_MAX} were looked at.` : ''
  const unread = found.unread.map((each) => ` ${names(each.document_id)} could not be read: ${each.message}.`.replace(/\.\.$/, '.'))
  return `${fields} seen in ${documents}.${left}${unread.join('')}`
}

/** What was seen for one field. */
export function seenAt(seen: Seen[], pointer: string): Seen | null {
  return seen.find((each) => each.pointer === pointer || each.pointer === `${pointer}/-`) ?? null
}

/** The same after a field got another name. */
export function renamed(seen: Seen[], before: string, after: string): Seen[] {
  return seen.map((each) =>
    each.pointer === before || each.pointer.startsWith(`${before}/`)
      ? { ...each, pointer: after + each.pointer.slice(before.length) }
      : each,
  )
}

/** A name for the schema: that of the first document, without its ending. */
export function nameOf(documents: Document[], chosen: string[]): string {
  const first = documents.find((each) => each.document_id === chosen[0])
  return (first?.file_name ?? '').replace(/\.[^.]+$/, '').slice(0, 255)
}
