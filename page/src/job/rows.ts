// The data of a job as lines to show: a line for each place of the schema, filled or not yet. Pure.
//
// Arrays are one line each: their rows are shown as a table, which can be long.

import type { Json } from '../api/client'
import type { Attribution } from '../api/event'
import type { JobLog } from './log'
import { isObject, join } from './pointer'
import type { Shape } from './shape'

/** What is to be said of a value. `null`: it was looked for and is not there. `pending`: it may still come. */
export type Standing = 'exact' | 'close' | 'missing' | 'unproven' | 'null' | 'pending' | 'failed'

export interface Line {
  pointer: string
  key: string
  depth: number
  kind: 'group' | 'list' | 'value'
  value: Json | undefined
  standing: Standing
  attribution: Attribution | null
  type: string
  description: string
  /** Of a list. */
  count: number
}

export function standingOf(log: JobLog, pointer: string, value: Json | undefined): Standing {
  const isEmpty = value === undefined || value === null || value === ''
  if (!isEmpty) return log.attributions.get(pointer)?.match ?? 'unproven'
  const part = log.partOf(pointer)
  if (part?.state === 'failed' || part?.state === 'stopped') return 'failed'
  if (part?.state !== 'done' && !log.isEnded) return 'pending'
  return 'null'
}

/** The lines of everything but what is within arrays. */
export function linesOf(log: JobLog, shape: Shape | null): Line[] {
  const lines: Line[] = []
  below(log, shape, log.result, '', 0, lines)
  return lines
}

function below(log: JobLog, shape: Shape | null, value: Json | undefined, pointer: string, depth: number, out: Line[]): void {
  const object = isObject(value) ? value : {}
  const keys = new Set([...(shape?.properties.map(([key]) => key) ?? []), ...Object.keys(object)])
  for (const key of keys) {
    const inner = shape?.properties.find(([name]) => name === key)?.[1] ?? null
    const found = Object.hasOwn(object, key) ? object[key] : undefined
    line(log, inner, found, join(pointer, key), key, depth, out)
  }
}

function line(
  log: JobLog,
  shape: Shape | null,
  value: Json | undefined,
  pointer: string,
  key: string,
  depth: number,
  out: Line[],
): void {
  const base = { pointer, key, depth, value, type: shape?.type ?? '', description: shape?.description ?? '' }
  const isGroup = isObject(value) || (shape?.kind === 'object' && !Array.isArray(value))
  const isList = Array.isArray(value) || (shape?.kind === 'array' && !isGroup)
  const standing = standingOf(log, pointer, value)
  if (isList) {
    const count = Array.isArray(value) ? value.length : 0
    const own = Array.isArray(value) && value.length > 0 ? 'unproven' : standing
    out.push({ ...base, kind: 'list', standing: own, attribution: null, count })
  } else if (isGroup) {
    out.push({ ...base, kind: 'group', standing, attribution: null, count: 0 })
    below(log, shape, value, pointer, depth + 1, out)
  } else {
    out.push({ ...base, kind: 'value', standing, attribution: log.attributions.get(pointer) ?? null, count: 0 })
  }
}

export interface Column {
  /** JSON pointer within a row; '' for the row itself. */
  path: string
  label: string
  isNumber: boolean
}

/** The columns of an array: the leaves of its items, groups opened; where there is no schema, what the rows have. */
export function columnsOf(items: Shape | null, rows: Json[]): Column[] {
  const columns: Column[] = []
  if (items && items.kind === 'object') leaves(items, '', '', columns)
  if (columns.length === 0 && rows.some(isObject)) {
    const keys = new Set(rows.slice(0, 200).flatMap((row) => (isObject(row) ? Object.keys(row) : [])))
    for (const key of keys) columns.push({ path: join('', key), label: key.replaceAll('_', ' '), isNumber: false })
  }
  if (columns.length === 0) columns.push({ path: '', label: 'value', isNumber: isNumeric(items) })
  return columns
}

function leaves(shape: Shape, path: string, label: string, out: Column[]): void {
  for (const [key, inner] of shape.properties) {
    const at = join(path, key)
    const said = `${label}${key.replaceAll('_', ' ')}`
    if (inner.kind === 'object') leaves(inner, at, `${said} › `, out)
    else out.push({ path: at, label: said, isNumber: isNumeric(inner) })
  }
}

function isNumeric(shape: Shape | null): boolean {
  return shape?.kind === 'leaf' && /^(number|integer)$/.test(shape.type)
}

/** A value as text: never as markup. */
export function text(value: Json | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

export interface Tally {
  exact: number
  close: number
  missing: number
  empty: number
}

/** How many values stand how: every proven value, and the lines that are empty. */
export function tallyOf(log: JobLog, lines: Line[]): Tally {
  const tally: Tally = { exact: 0, close: 0, missing: 0, empty: 0 }
  for (const { match } of log.attributions.values()) tally[match] += 1
  for (const { kind, standing } of lines) if (kind !== 'group' && standing === 'null') tally.empty += 1
  return tally
}
