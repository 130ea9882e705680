// What was used on which day, as bars: a stack for each day, a colour for each model. Pure.

import type { Usage, UsageDay } from '../api/client'

export type Measure = 'cost' | 'jobs' | 'pages' | 'tokens'

export interface Bar {
  model: string
  /** From the ground up. */
  from: number
  to: number
}

export interface Column {
  day: string
  bars: Bar[]
  sum: number
}

export interface Chart {
  columns: Column[]
  /** Those with most of it come first; what has no colour of its own is the last, `others`. */
  models: string[]
  most: number
}

/** Models with a colour of their own. */
const COLOURS = 5
export const OTHERS = 'others'

export function amount(entry: UsageDay, measure: Measure): number {
  switch (measure) {
    case 'cost':
      return entry.cost_usd
    case 'jobs':
      return entry.jobs.completed + entry.jobs.failed + entry.jobs.cancelled
    case 'pages':
      return entry.pages
    case 'tokens':
      return entry.input_tokens + entry.output_tokens
  }
}

export function chartOf(usage: Usage, measure: Measure): Chart {
  const sums = new Map<string, number>()
  for (const entry of usage.days) sums.set(entry.model, (sums.get(entry.model) ?? 0) + amount(entry, measure))
  const ranked = [...sums].sort(([one, a], [other, b]) => b - a || one.localeCompare(other)).map(([model]) => model)
  const own = ranked.slice(0, ranked.length > COLOURS + 1 ? COLOURS : ranked.length)
  const models = own.length < ranked.length ? [...own, OTHERS] : own
  const columns = daysOf(usage.from, usage.to).map((day): Column => {
    const entries = usage.days.filter((entry) => entry.day === day)
    const bars: Bar[] = []
    let sum = 0
    for (const model of models) {
      const isOurs = (entry: UsageDay): boolean => (model === OTHERS ? !own.includes(entry.model) : entry.model === model)
      const more = entries.filter(isOurs).reduce((all, entry) => all + amount(entry, measure), 0)
      if (more > 0) bars.push({ model, from: sum, to: sum + more })
      sum += more
    }
    return { day, bars, sum }
  })
  return {
    columns,
    models,
    most: Math.max(0, ...columns.map((column) => column.sum)),
  }
}

/** Every day from the one to the other, both included. */
export function daysOf(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to) && days.length < 400; at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10))
  }
  return days
}

/** The last so many days, in UTC, as the server counts them. */
export function lastDays(count: number, nowMs: number): { from: string; to: string } {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  return { from: day(nowMs - (count - 1) * 86_400_000), to: day(nowMs) }
}

/** Round figures for the lines behind the bars, from 0 to what is at least the most. */
export function ticksOf(most: number, isWhole: boolean): number[] {
  if (most <= 0) return [0]
  const raw = most / 3
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = Math.max([1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? raw, isWhole ? 1 : 0)
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => index * step)
}
