// What a schema asks for, as a tree to show: every $ref opened, one node for each place. Pure.
//
// It shows where values will stand before they are there, and in which order. It never judges a schema: the server does.

import type { Json } from '../api/client'
import { isObject, tokens } from './pointer'

export interface Shape {
  kind: 'object' | 'array' | 'leaf'
  /** `date`, `number`, `text or null`, ... */
  type: string
  description: string
  /** Of an object, in the order of the schema. */
  properties: [string, Shape][]
  /** Of an array. */
  items: Shape | null
}

const DEPTH_MAX = 40

export function shapeOf(schema: Json): Shape {
  return shape(schema, schema, 0)
}

function shape(schema: Json | undefined, root: Json, depth: number): Shape {
  const found = opened(schema, root)
  const description = typeof found.description === 'string' ? found.description : ''
  const node = (kind: Shape['kind'], more: Partial<Shape> = {}): Shape => {
    return { kind, type: typeName(found), description, properties: [], items: null, ...more }
  }
  if (depth > DEPTH_MAX) return node('leaf')
  if (isObject(found.properties)) {
    const properties = Object.entries(found.properties)
    return node('object', { properties: properties.map(([key, below]) => [key, shape(below, root, depth + 1)]) })
  }
  if (found.items !== undefined) return node('array', { items: shape(found.items, root, depth + 1) })
  const choices = Array.isArray(found.anyOf) ? found.anyOf.map((each) => opened(each, root)) : []
  const whole = choices.find((each) => isObject(each.properties) || each.items !== undefined)
  if (whole) return { ...shape(whole, root, depth + 1), description: description || String(whole.description ?? '') }
  return node('leaf')
}

/** A schema with its $ref followed; what stands beside the $ref wins. */
function opened(schema: Json | undefined, root: Json): { [key: string]: Json } {
  let found = isObject(schema) ? schema : {}
  for (let steps = 0; typeof found.$ref === 'string' && steps < DEPTH_MAX; steps += 1) {
    const { $ref, ...beside } = found
    let target: Json | undefined = root
    for (const token of tokens($ref.replace(/^#/, ''))) {
      target = isObject(target) ? target[decodeURIComponent(token)] : undefined
    }
    found = { ...(isObject(target) ? target : {}), ...beside }
  }
  return found
}

function typeName(schema: { [key: string]: Json }): string {
  if (Array.isArray(schema.enum)) return 'one of a list'
  const types = [schema.type].flat().filter((type): type is string => typeof type === 'string' && type !== 'null')
  const format = typeof schema.format === 'string' ? schema.format : null
  return format ?? types.join(' or ')
}

/** The shape at a place of the result. */
export function shapeAt(root: Shape, pointer: string): Shape | null {
  let found: Shape | null = root
  for (const token of tokens(pointer)) {
    if (!found) return null
    if (found.kind === 'array') found = found.items
    else found = found.properties.find(([key]) => key === token)?.[1] ?? null
  }
  return found
}
