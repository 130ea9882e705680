import { expect, test } from 'vitest'
import { csv } from './export'

test('what a spreadsheet would calculate stays text, numbers stay numbers', () => {
  const rows = [['=1+1', -5], ['-5', '-x'], ['a "b", c\nd', null], ['@x', true]]
  expect(csv({ name: 'x', head: ['a', 'b'], rows })).toBe(
    'a,b\r\n\'=1+1,-5\r\n-5,\'-x\r\n"a ""b"", c\nd",\r\n\'@x,true\r\n',
  )
})
