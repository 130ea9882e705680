// A schema as a form has it: fields with a name, a kind, a meaning. Pure: every change gives a new schema, and leaves alone
// what a form has no word for.

import type { Json } from '../api/client'
import { isObject } from '../job/pointer'

export type Node = { [key: string]: Json }

export const KINDS = [
  ['text', 'Text'],
  ['number', 'Number'],
  ['integer', 'Whole number'],
  ['boolean', 'Yes or no'],
  ['date', 'Date'],
  ['choice', 'One of a list'],
  ['group', 'Group of fields'],
  ['rows', 'Table of rows'],
  ['texts', 'List of texts'],
] as const

export type Kind = (typeof KINDS)[number][0] | 'other'

export interface Field {
  name: string
  node: Node
  kind: Kind
  required: boolean
}

export function fieldsOf(node: Node): Field[] {
  const required = Array.isArray(node.required) ? node.required : []
  return Object.entries(properties(node)).map(([name, each]) => {
    const inner = isObject(each) ? each : {}
    return { name, node: inner, kind: kindOf(inner), required: required.includes(name) }
  })
}

function properties(node: Node): Node {
  return isObject(node.properties) ? node.properties : {}
}

export function kindOf(node: Node): Kind {
  if (node.$ref !== undefined || node.anyOf !== undefined) return 'other'
  const types = [node.type].flat().filter((type) => type !== 'null')
  if (types.length !== 1) return 'other'
  const items = isObject(node.items) ? node.items : {}
  if (types[0] === 'string') {
    if (Array.isArray(node.enum)) return 'choice'
    return node.format === 'date' ? 'date' : node.format === undefined ? 'text' : 'other'
  }
  if (types[0] === 'array') {
    if (items.$ref !== undefined) return 'other'
    return items.type === 'object' ? 'rows' : items.type === 'string' ? 'texts' : 'other'
  }
  if (types[0] === 'object') return 'group'
  return types[0] === 'number' || types[0] === 'integer' || types[0] === 'boolean' ? types[0] : 'other'
}

/** The fields that stand in a group, or in each row of a table. */
export function inside(node: Node): Node {
  return kindOf(node) === 'rows' && isObject(node.items) ? node.items : node
}

export function withInside(node: Node, next: Node): Node {
  return kindOf(node) === 'rows' ? { ...node, items: next } : next
}

/** What is asked for of another kind; its description stays, and that it may be missing. */
export function ofKind(node: Node, kind: Kind): Node {
  const isNullable = mayBeNull(node)
  const kept: Node = typeof node.description === 'string' ? { description: node.description } : {}
  const made: Record<Kind, Node> = {
    text: { type: 'string' },
    number: { type: 'number' },
    integer: { type: 'integer' },
    boolean: { type: 'boolean' },
    date: { type: 'string', format: 'date' },
    choice: { type: 'string', enum: ['first', 'second'] },
    group: { type: 'object', properties: { name: { type: 'string' } } },
    rows: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    texts: { type: 'array', items: { type: 'string' } },
    other: node,
  }
  const next = { ...made[kind], ...kept }
  return isNullable && canBeNull(kind) ? nullable(next, true) : next
}

export function canBeNull(kind: Kind): boolean {
  return ['text', 'number', 'integer', 'boolean', 'date'].includes(kind)
}

export function mayBeNull(node: Node): boolean {
  return Array.isArray(node.type) && node.type.includes('null')
}

export function nullable(node: Node, may: boolean): Node {
  const types = [node.type ?? []].flat().filter((type) => type !== 'null')
  return { ...node, type: may ? [...types, 'null'] : (types[0] ?? null) }
}

/** The same fields, but one: under another name, of another form, or (null) gone. */
export function changed(node: Node, at: number, next: Partial<Field> | null): Node {
  const fields = fieldsOf(node)
  const before = fields[at]
  if (!before) return node
  const name = next?.name ?? before.name
  const isTaken = fields.some((field, index) => index !== at && field.name === name)
  if (next && isTaken) return node
  if (next) fields[at] = { ...before, ...next, name }
  else fields.splice(at, 1)
  const known = new Set([before.name, ...fields.map((field) => field.name)])
  const foreign = (Array.isArray(node.required) ? node.required : []).filter((key) => !known.has(String(key)))
  const required = [...fields.filter((field) => field.required).map((field) => field.name), ...foreign]
  const { required: _, ...rest } = node
  return {
    ...rest,
    properties: Object.fromEntries(fields.map((field) => [field.name, field.node])),
    ...(required.length > 0 ? { required } : {}),
  }
}

export function added(node: Node): Node {
  const names = Object.keys(properties(node))
  let number = names.length + 1
  while (names.includes(`field_${number}`)) number += 1
  return { ...node, type: 'object', properties: { ...properties(node), [`field_${number}`]: { type: ['string', 'null'] } } }
}
