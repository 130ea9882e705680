// JSON pointers (RFC 6901). Pure.

import type { Json } from '../api/client'

export function tokens(pointer: string): string[] {
  return pointer.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function join(pointer: string, token: string | number): string {
  return `${pointer}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function at(value: Json | undefined, pointer: string): Json | undefined {
  let found = value
  for (const token of tokens(pointer)) {
    if (Array.isArray(found)) found = found[Number(token)]
    else if (isObject(found)) found = Object.hasOwn(found, token) ? found[token] : undefined
    else return undefined
  }
  return found
}

/** The pointer is this one, or below it. */
export function isBelow(pointer: string, above: string): boolean {
  return above === '' || pointer === above || pointer.startsWith(`${above}/`)
}

/** `/line_items/3/net_amount` is `line items › 4 › net amount`. */
export function spoken(pointer: string): string {
  const words = tokens(pointer).map((token) => (/^\d+$/.test(token) ? String(Number(token) + 1) : label(token)))
  return words.join(' › ')
}

/** A key as a label: `net_amount` is `net amount`. */
export function label(key: string): string {
  return key.replaceAll('_', ' ')
}
