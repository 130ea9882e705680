// What a person says of a job's values: another value, another place, "I have looked at it". The original stays as it is; this
// lies over it. Pure: `corrections.svelte.ts` keeps it on the server.

import type { Json } from '../api/client'
import type { Box } from '../api/event'
import { isObject, tokens } from './pointer'

export interface Correction {
  /** Another value; absent where it is right. */
  value?: Json
  /** What it was when that was said. */
  original?: Json
  /** Where it stands, as a person drew it. */
  place?: { page: number; bounding_box: Box }
  /** A person has looked at it, and it is so. */
  checked?: boolean
  /** When it was said, as the server has it; absent until it is kept there. */
  changed_at?: string
}

/** By JSON pointer into the result. */
export type Said = Record<string, Correction>

/** Do both say the same, whenever they were said? */
export function isSame(one: Correction | undefined, other: Correction | undefined): boolean {
  return words(one) === words(other)
}

function words(said: Correction | undefined): string {
  if (!said) return ''
  const { value, original, place, checked } = said
  const box = place && [place.page, place.bounding_box.x0, place.bounding_box.y0, place.bounding_box.x1, place.bounding_box.y1]
  return JSON.stringify([value === undefined, value, original, box, checked ?? false], sorted)
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What is said here, over what somebody else has said since `base`; and of which values both said something else. */
export function merged(base: Said, mine: Said, theirs: Said): { all: Said; clashes: string[] } {
  const all = { ...theirs }
  const clashes: string[] = []
  for (const pointer of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (isSame(base[pointer], mine[pointer])) continue
    const isClash = !isSame(base[pointer], theirs[pointer]) && !isSame(mine[pointer], theirs[pointer])
    if (isClash) clashes.push(pointer)
    const own = mine[pointer]
    if (own) all[pointer] = own
    else delete all[pointer]
  }
  return { all, clashes }
}

/** Is there anything here that `kept` has not? */
export function differs(one: Said, other: Said): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].some((pointer) => !isSame(one[pointer], other[pointer]))
}

/** The result as a person says it is. Never changes what it was given. */
export function corrected(result: Json, corrections: Said): Json {
  let whole = result
  for (const [pointer, { value }] of Object.entries(corrections)) {
    if (value !== undefined) whole = withValue(whole, tokens(pointer), value)
  }
  return whole
}

function withValue(holder: Json | undefined, way: string[], value: Json): Json {
  const [first, ...rest] = way
  if (first === undefined) return value
  if (Array.isArray(holder)) {
    const items = [...holder]
    items[Number(first)] = withValue(items[Number(first)], rest, value)
    return items
  }
  const before = isObject(holder) ? holder : {}
  return { ...before, [first]: withValue(before[first], rest, value) }
}

/** What was typed, as the schema wants it; undefined where it cannot be that. Nothing typed is null. */
export function typed(text: string, type: string): Json | undefined {
  const said = text.trim()
  if (said === '') return null
  if (/^(number|integer)$/.test(type)) {
    const number = Number(said)
    const isRight = Number.isFinite(number) && (type === 'number' || Number.isInteger(number))
    return isRight ? number : undefined
  }
  if (type === 'boolean') return { yes: true, true: true, no: false, false: false }[said.toLowerCase()]
  return text
}
