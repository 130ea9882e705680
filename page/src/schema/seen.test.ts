import { expect, test } from 'vitest'
import { renamed, seenAt, told, type Seen } from './seen'

const note = (pointer: string): Seen => ({ pointer, label: pointer, document_count: 1, examples: [] })

test('what was seen goes along with a name', () => {
  const seen = [note('/rows/-/code'), note('/rows2'), note('/tags/-')]
  const after = renamed(seen, '/rows', '/lines')
  expect(after.map((each) => each.pointer)).toEqual(['/lines/-/code', '/rows2', '/tags/-'])
  expect(seenAt(after, '/lines/-/code')?.label).toBe('/rows/-/code')
  expect(seenAt(after, '/tags')?.label).toBe('/tags/-')
  expect(seenAt(after, '/rows/-/code')).toBeNull()
})

test.each([
  [1, [], 1, 'One field was seen in one document.'],
  [0, [], 2, 'No fields were seen in 2 documents.'],
  [3, ['it is encrypted.'], 2, '3 fields were seen in one document. a.pdf could not be read: it is encrypted.'],
  [2, [], 25, '2 fields were seen in 20 documents. Only the first 20 were looked at.'],
])('%i fields, unread %j, of %i', (fields, messages, asked, expected) => {
  const seen = Array.from({ length: fields }, (_, index) => note(`/f${index}`))
  const unread = messages.map((message) => ({ document_id: 'x', code: 'document_encrypted', message }))
  expect(told({ seen, unread }, asked, () => 'a.pdf')).toBe(expected)
})
