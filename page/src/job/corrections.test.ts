import { expect, test } from 'vitest'
import { corrected, differs, merged, typed, type Said } from './corrections'

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

test('what two windows say at once is both there', () => {
  const base: Said = { '/a': { value: 1 }, '/b': { checked: true }, '/c': { value: 1 } }
  const mine: Said = { '/a': { value: 2 }, '/b': { checked: true }, '/mine': { value: 'm' } }
  const theirs: Said = { '/a': { value: 3 }, '/b': { value: 'b' }, '/c': { value: 1, changed_at: 'then' }, '/theirs': {} }
  const { all, clashes } = merged(base, mine, theirs)
  expect(all).toEqual({ '/a': { value: 2 }, '/b': { value: 'b' }, '/mine': { value: 'm' }, '/theirs': {} })
  expect(clashes).toEqual(['/a'])
})

test.each([
  [{ '/a': { value: null } }, { '/a': { value: null, changed_at: 'then', checked: false } }, false],
  [{ '/a': { value: null } }, { '/a': {} }, true],
  [{ '/a': { value: { x: 1, y: 2 } } }, { '/a': { value: { y: 2, x: 1 } } }, false],
  [{ '/a': {} }, {}, true],
] as [Said, Said, boolean][])('%j against %j', (one, other, expected) => {
  expect(differs(one, other)).toBe(expected)
})
