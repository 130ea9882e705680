// Text of pages, found again. Pure: what is found is told as items of the page's text, by number.

export interface Hit {
  page: number
  /** The first and the last item of the page's text that it covers. */
  from: number
  to: number
}

/** All places where the text stands, over the ends of items and lines, whatever the case. */
export function find(wanted: string, page: number, items: string[]): Hit[] {
  const needle = folded(wanted).trim()
  if (needle === '') return []
  let whole = ''
  const starts = items.map((item) => {
    const start = whole.length
    whole += `${folded(item)} `
    return start
  })
  const hits: Hit[] = []
  // What is one word for a reader may be many items: spaces between them do not count.
  const flexible = needle.split(/\s+/).map((word) => [...word].map(escaped).join(' ?')).join('\\s+')
  for (const match of whole.matchAll(new RegExp(flexible, 'g'))) {
    hits.push({ page, from: itemAt(starts, match.index), to: itemAt(starts, match.index + match[0].length - 1) })
    if (hits.length >= 2000) break
  }
  return hits
}

function folded(text: string): string {
  return text.toLowerCase().replace(/\s/g, ' ')
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
}

function itemAt(starts: number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
