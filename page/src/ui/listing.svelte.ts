// A list of the server's, a page at a time: what is looked for, where in the list one is, and what was found.

import { said } from '../api/client'

/** Where in a list to look, and for what. */
export interface Look {
  limit: number
  search?: string
  cursor?: string
}

/** One page of a list. */
export interface Found<T> {
  items: T[]
  next: string | null | undefined
  prev: string | null | undefined
  total: number
}

export class Listing<T> {
  items = $state.raw<T[]>([])
  total = $state(0)
  next = $state<string | null | undefined>()
  prev = $state<string | null | undefined>()
  cursor = $state<string | undefined>()
  search = $state('')
  loaded = $state(false)
  problem = $state('')
  #limit: number
  #find: (look: Look) => Promise<Found<T>>

  constructor(limit: number, find: (look: Look) => Promise<Found<T>>) {
    this.#limit = limit
    this.#find = find
  }

  /** Asks for the page. In an effect it is asked for again whenever it, or what is looked for, is another one. */
  async load(): Promise<void> {
    const look = {
      limit: this.#limit,
      ...(this.search ? { search: this.search } : {}),
      ...(this.cursor ? { cursor: this.cursor } : {}),
    }
    try {
      const found = await this.#find(look)
      this.items = found.items
      this.total = found.total
      this.next = found.next
      this.prev = found.prev
      this.loaded = true
      this.problem = ''
    } catch (error) {
      this.problem = said(error)
    }
  }

  /** Looks for something else, from the beginning. */
  look(wanted: string): void {
    this.search = wanted
    this.cursor = undefined
  }

  go(cursor: string): void {
    this.cursor = cursor
  }
}
