// Keeps what a person says of a job's values on the server, as they say it. What cannot be kept is told, and tried again.
//
// Two windows do not overwrite each other: a change names the revision that it was made on; where somebody was quicker, what
// they said is taken in, and only what was said here is put over it.

import { answer, client, type CorrectionsAnswer, Refused, said } from '../api/client'
import type { Json } from '../api/client'
import { type Correction, differs, merged, type Said } from './corrections'
import { spoken } from './pointer'

/** A moment's rest, so that a few quick changes are one request. */
const REST_MS = 250
const WAITS_MS = [1000, 3000, 10_000]
/** Where an earlier release of the page kept them. */
const OLD_PLACE = 'sluice.corrections.'

export class Corrections {
  all = $state.raw<Said>({})
  /** Something that was said here is not on the server yet. */
  pending = $state(false)
  /** Why it cannot be kept now; empty while all is well. */
  problem = $state('')
  /** What somebody else said at the same time. */
  notice = $state('')
  #jobId: string
  #base: Said = {}
  #tag: string | null = null
  #fails = 0
  #busy = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(jobId: string) {
    this.#jobId = jobId
    this.#takeOld()
  }

  /** Looks at what was said before; to be called again when the person comes back to the window. */
  async load(): Promise<void> {
    if (this.#busy || this.#stopped) return
    await this.#keep()
  }

  /** What is not kept yet is tried no more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  of(pointer: string): Correction | undefined {
    return this.all[pointer]
  }

  get count(): number {
    return Object.keys(this.all).length
  }

  /** `original` is what the job found. */
  set(pointer: string, more: Correction, original: Json | undefined): void {
    this.all = { ...this.all, [pointer]: { original: original ?? null, ...this.all[pointer], ...more } }
    this.#changed()
  }

  undo(pointer: string): void {
    const { [pointer]: _, ...rest } = this.all
    this.all = rest
    this.#changed()
  }

  #changed(): void {
    this.pending = true
    this.notice = ''
    this.#fails = 0
    this.#soon(REST_MS)
  }

  #soon(ms: number): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#keep(), ms)
  }

  /** One look or one change at a time, until the server has all that was said here. */
  async #keep(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      if (this.#tag === null || !this.pending) this.#take(await this.#get())
      if (this.pending) await this.#put()
      this.problem = ''
      this.#fails = 0
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#busy = false
      if (this.pending && this.problem === '') this.#soon(REST_MS)
    }
  }

  #get(): Promise<CorrectionsAnswer> {
    return answer(client.GET('/v1/extract/jobs/{job_id}/corrections', { params: { path: { job_id: this.#jobId } } }))
  }

  /** What the server has, and over it what was said here since. */
  #take(found: CorrectionsAnswer): void {
    const theirs = found.corrections as Said
    const { all, clashes } = merged(this.#base, this.all, theirs)
    this.#base = theirs
    this.#tag = `"${found.revision}"`
    this.all = all
    this.pending = differs(all, theirs)
    if (clashes.length > 0) {
      const names = clashes.slice(0, 3).map(spoken).join(', ')
      this.notice = `Another window said something else of ${names}${clashes.length > 3 ? ' and others' : ''}. What was said here counts.`
    }
  }

  async #put(): Promise<void> {
    const sent = this.all
    try {
      const params = { path: { job_id: this.#jobId }, header: { 'If-Match': this.#tag ?? '' } }
      const body = { corrections: sent as Record<string, never> }
      const kept = await answer(client.PUT('/v1/extract/jobs/{job_id}/corrections', { params, body }))
      // What was said meanwhile is said over it.
      this.#base = sent
      this.#take(kept)
      localStorage.removeItem(OLD_PLACE + this.#jobId)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412) throw error
      this.#take(await this.#get())
    }
  }

  #failed(error: unknown): void {
    const isLasting = error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 408
    const what = this.pending ? 'What you said of the values is not saved' : 'What was said of the values cannot be looked up'
    const tail = isLasting ? (this.pending ? ' It is in this window only.' : '') : ' Trying again.'
    this.problem = `${what}: ${said(error)}${tail}`
    if (isLasting) return
    this.#soon(WAITS_MS[Math.min(this.#fails, WAITS_MS.length - 1)] ?? 10_000)
    this.#fails += 1
  }

  /** What was kept in this browser, when the server had no place for it. */
  #takeOld(): void {
    type Old = Record<string, { value?: Json; checked?: boolean; place?: { page: number; box: NonNullable<Correction['place']>['bounding_box'] } }>
    try {
      const old = JSON.parse(localStorage.getItem(OLD_PLACE + this.#jobId) ?? '{}') as Old
      for (const [pointer, { place, ...rest }] of Object.entries(old)) {
        this.all = { ...this.all, [pointer]: { ...rest, ...(place ? { place: { page: place.page, bounding_box: place.box } } : {}) } }
      }
      this.pending = this.count > 0
    } catch {
      // Not what this page has written.
    }
  }
}
