import { expect, test } from 'vitest'
import { corrected, typed } from './corrections.svelte'

test('corrections lie over the result, which stays', () => {
  const result = { a: 'x', rows: [{ n: 1 }, { n: 2 }] }
  const made = corrected(result, { '/a': { checked: true }, '/rows/1/n': { value: 3 }, '/new/b': { value: null } })
  expect(made).toEqual({ a: 'x', rows: [{ n: 1 }, { n: 3 }], new: { b: null } })
  expect(result).toEqual({ a: 'x', rows: [{ n: 1 }, { n: 2 }] })
})

test.each([
  ['1.5', 'number', 1.5],
  ['1.5', 'integer', undefined],
  ['', 'number', null],
  ['no', 'boolean', false],
  ['maybe', 'boolean', undefined],
  [' 12 ', 'string', ' 12 '],
])('%s as %s', (text, type, expected) => {
  expect(typed(text, type)).toEqual(expected)
})
