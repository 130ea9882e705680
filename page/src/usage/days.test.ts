import { expect, test } from 'vitest'
import type { Usage, UsageDay } from '../api/client'
import { chartOf, daysOf, lastDays, OTHERS, ticksOf } from './days'

const jobs = { completed: 1, failed: 1, cancelled: 0 }
const entry = (day: string, model: string, cost_usd: number, pages = 1): UsageDay => ({
  day, model, jobs, pages, input_tokens: 10, output_tokens: 5, cost_usd, partly_unknown_jobs: 0,
})
const usage = (days: UsageDay[]): Usage => ({
  from: '2026-02-27', to: '2026-03-01', days,
  total: { jobs, pages: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0, partly_unknown_jobs: 0 },
})

test('a stack for each day, with the costly model first', () => {
  const chart = chartOf(usage([entry('2026-02-27', 'a', 1), entry('2026-02-27', 'b', 3), entry('2026-03-01', 'a', 0)]), 'cost')
  expect(chart.models).toEqual(['b', 'a'])
  expect(chart.columns.map(({ day, sum }) => [day, sum])).toEqual([['2026-02-27', 4], ['2026-02-28', 0], ['2026-03-01', 0]])
  expect(chart.columns[0]?.bars).toEqual([{ model: 'b', from: 0, to: 3 }, { model: 'a', from: 3, to: 4 }])
  expect(chart.most).toBe(4)
})

test('what is too much for colours is one more', () => {
  const many = Array.from({ length: 7 }, (_, index) => entry('2026-02-28', `m${index}`, 0, 10 - index))
  const chart = chartOf(usage(many), 'pages')
  expect(chart.models).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', OTHERS])
  expect(chart.columns[1]?.bars.at(-1)).toEqual({ model: OTHERS, from: 40, to: 49 })
  expect(chartOf(usage(many.slice(0, 6)), 'jobs').models).toHaveLength(6)
})

test('days are those of UTC, over months', () => {
  expect(lastDays(3, Date.parse('2026-03-01T00:30:00Z'))).toEqual({ from: '2026-02-27', to: '2026-03-01' })
  expect(daysOf('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
})

test.each([
  [0, true, [0]],
  [1, true, [0, 1]],
  [7, true, [0, 5, 10]],
  [0.021, false, [0, 0.01, 0.02, 0.03]],
])('%d: %j', (most, isWhole, expected) => {
  expect(ticksOf(most, isWhole).map((each) => Number(each.toFixed(6)))).toEqual(expected)
})
