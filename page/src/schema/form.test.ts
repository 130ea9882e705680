import { expect, test } from 'vitest'
import { added, changed, fieldsOf, kindOf, nullable, ofKind } from './form'

const SCHEMA = {
  type: 'object',
  title: 'kept',
  required: ['a', 'b'],
  properties: { a: { type: 'string', minLength: 2 }, b: { type: ['number', 'null'] }, c: { $ref: '#/$defs/c' } },
  $defs: { c: { type: 'string' } },
}

test('a form names what it knows and leaves the rest', () => {
  expect(fieldsOf(SCHEMA).map(({ name, kind, required }) => [name, kind, required])).toEqual([
    ['a', 'text', true],
    ['b', 'number', true],
    ['c', 'other', false],
  ])
  expect(kindOf({ type: 'array', items: { type: 'object' } })).toBe('rows')
})

test('a field gets another name where it stands, and what is required follows', () => {
  const next = changed(SCHEMA, 0, { name: 'z' })
  expect(Object.keys(next.properties as object)).toEqual(['z', 'b', 'c'])
  expect(next).toMatchObject({ title: 'kept', required: ['z', 'b'], properties: { z: { minLength: 2 } } })
  expect(changed(SCHEMA, 0, { name: 'b' })).toBe(SCHEMA)
})

test('a field goes, and what is required with it', () => {
  expect(changed(SCHEMA, 1, null)).toMatchObject({ required: ['a'] })
  expect(Object.keys(changed(SCHEMA, 1, null).properties as object)).toEqual(['a', 'c'])
})

test('another kind keeps the meaning', () => {
  expect(ofKind({ type: ['string', 'null'], description: 'x' }, 'date')).toEqual({
    type: ['string', 'null'],
    format: 'date',
    description: 'x',
  })
  expect(nullable({ type: ['string', 'null'] }, false)).toEqual({ type: 'string' })
  expect(Object.keys(added(SCHEMA).properties as object)).toEqual(['a', 'b', 'c', 'field_4'])
})
