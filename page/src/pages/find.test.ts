import { expect, test } from 'vitest'
import { find } from './find'

test.each([
  ['invoice', ['An Invoice', 'of invoices'], [[0, 0], [1, 1]]],
  ['net total', ['Net', 'total'], [[0, 1]]],
  ['2,778.33', ['2,7', '78.33'], [[0, 1]]],
  ['(a+b)', ['x (a+b) y'], [[0, 0]]],
  ['  ', ['x'], []],
  ['nothing', ['x'], []],
])('%s', (wanted, items, expected) => {
  expect(find(wanted, 1, items).map(({ from, to }) => [from, to])).toEqual(expected)
})
