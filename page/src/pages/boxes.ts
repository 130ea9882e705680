// The boxes of values on pages, and which of them is meant by a place. Pure.

import type { Box, Match } from '../api/event'
import type { Correction } from '../job/corrections'
import type { JobLog } from '../job/log'
import { isBelow } from '../job/pointer'

export interface PageBox {
  pointer: string
  box: Box
  match: Match
  /** A person drew it. */
  drawn?: boolean
}

export function boxesOf(log: JobLog, corrections: Record<string, Correction>): Map<number, PageBox[]> {
  const pages = new Map<number, PageBox[]>()
  const put = (page: number, box: PageBox): void => {
    const boxes = pages.get(page) ?? []
    boxes.push(box)
    pages.set(page, boxes)
  }
  for (const [pointer, attribution] of log.attributions) {
    if (corrections[pointer]?.place) continue
    for (const { page, bounding_box: box, match } of attribution.locations) put(page, { pointer, box, match })
  }
  for (const [pointer, { place }] of Object.entries(corrections)) {
    if (place) put(place.page, { pointer, box: place.bounding_box, match: 'exact', drawn: true })
  }
  return pages
}

/** The smallest box at this place, in fractions of the page; a little beside it counts too. */
export function boxAt(boxes: PageBox[], x: number, y: number, slack: number): PageBox | null {
  let found: PageBox | null = null
  for (const each of boxes) {
    const { x0, y0, x1, y1 } = each.box
    if (x < x0 - slack || x > x1 + slack || y < y0 - slack || y > y1 + slack) continue
    if (!found || area(each.box) < area(found.box)) found = each
  }
  return found
}

function area({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0) * (y1 - y0)
}

/** The first box of a value, or of the first value within a group. */
export function firstBox(pages: Map<number, PageBox[]>, pointer: string): { page: number; box: Box } | null {
  let found: { page: number; box: Box } | null = null
  for (const [page, boxes] of pages) {
    for (const each of boxes) {
      if (!isBelow(each.pointer, pointer)) continue
      const isEarlier = !found || page < found.page || (page === found.page && each.box.y0 < found.box.y0)
      if (isEarlier) found = { page, box: each.box }
    }
  }
  return found
}
