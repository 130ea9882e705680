// What a person says of a job's values: another value, another place, "I have looked at it". The original stays as it is;
// this lies over it, in this browser's localStorage, until it is exported. Never sent anywhere.

import type { Json } from '../api/client'
import type { Box } from '../api/event'
import { isObject, tokens } from './pointer'

export interface Correction {
  /** Another value; absent where it is right. */
  value?: Json
  /** Where it stands, as a person drew it. */
  place?: { page: number; box: Box }
  /** A person has looked at it, and it is so. */
  checked?: boolean
}

const PLACE = 'sluice.corrections.'

export class Corrections {
  /** By JSON pointer into the result. */
  all = $state<Record<string, Correction>>({})
  #place: string

  constructor(jobId: string) {
    this.#place = PLACE + jobId
    try {
      this.all = (JSON.parse(localStorage.getItem(this.#place) ?? '{}') as Record<string, Correction> | null) ?? {}
    } catch {
      this.all = {}
    }
  }

  of(pointer: string): Correction | undefined {
    return this.all[pointer]
  }

  get count(): number {
    return Object.keys(this.all).length
  }

  set(pointer: string, more: Correction): void {
    this.all[pointer] = { ...this.all[pointer], ...more }
    this.#keep()
  }

  undo(pointer: string): void {
    delete this.all[pointer]
    this.#keep()
  }

  #keep(): void {
    if (this.count === 0) localStorage.removeItem(this.#place)
    else localStorage.setItem(this.#place, JSON.stringify(this.all))
  }
}

/** The result as a person says it is. Never changes what it was given. */
export function corrected(result: Json, corrections: Record<string, Correction>): Json {
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
