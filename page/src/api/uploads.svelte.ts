// Files on their way to the server, for every view that shows them: two at a time, each with its progress.

import type { Document } from './client'
import { said } from './client'
import { upload } from './upload'

const AT_ONCE = 2

export interface Upload {
  id: number
  name: string
  size: number
  part: number
  state: 'waiting' | 'sending' | 'reading' | 'done' | 'failed'
  problem: string
  document: Document | null
}

interface Waiting {
  file: File
  shown: Upload
  done: (document: Document) => void
}

class Uploads {
  all = $state<Upload[]>([])
  #queue: Waiting[] = []
  #open = 0
  #last = 0
  #stops = new Map<number, AbortController>()

  /** `done` is called for each file that the server took. */
  add(files: Iterable<File>, done: (document: Document) => void): void {
    for (const file of files) {
      this.#last += 1
      const id = this.#last
      this.all.push({ id, name: file.name, size: file.size, part: 0, state: 'waiting', problem: '', document: null })
      const shown = this.all[this.all.length - 1]
      if (shown) this.#queue.push({ file, shown, done })
    }
    this.#next()
  }

  /** Stops it, if it is still on its way, and shows it no more. */
  drop(id: number): void {
    this.#stops.get(id)?.abort()
    this.#queue = this.#queue.filter((waiting) => waiting.shown.id !== id)
    this.all = this.all.filter((shown) => shown.id !== id)
  }

  clear(): void {
    this.all = this.all.filter((shown) => shown.state !== 'done')
  }

  #next(): void {
    while (this.#open < AT_ONCE) {
      const next = this.#queue.shift()
      if (!next) return
      this.#open += 1
      void this.#send(next).finally(() => {
        this.#open -= 1
        this.#next()
      })
    }
  }

  async #send({ file, shown, done }: Waiting): Promise<void> {
    const stop = new AbortController()
    this.#stops.set(shown.id, stop)
    shown.state = 'sending'
    try {
      const progress = (part: number): void => {
        shown.part = part
        if (part === 1) shown.state = 'reading'
      }
      shown.document = await upload(file, progress, stop.signal)
      shown.state = 'done'
      done(shown.document)
    } catch (error) {
      shown.state = 'failed'
      shown.problem = said(error)
    } finally {
      this.#stops.delete(shown.id)
    }
  }
}

export const uploads = new Uploads()
