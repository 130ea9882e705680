// What is known of a job: the fold of its events, as the server itself does it. Pure: no clock, no network.
//
// The same events give the same state, whether they came in one go or over ten connections. Called by the view of a job.

import type { Json, JobStatusName } from '../api/client'
import type { Attribution, Finding, JobEvent, Metadata, Progress } from '../api/event'
import { isBelow, isObject, tokens } from './pointer'

/** A time in which a part was asked, or waited to be asked again. */
export interface Span {
  kind: 'asked' | 'waiting'
  fromMs: number
  /** null while it lasts. */
  toMs: number | null
  outcome: 'open' | 'answered' | 'failed' | 'stopped'
  note: string
}

export interface Part {
  id: string
  path: string
  leaves: number
  state: 'waiting' | 'asked' | 'retrying' | 'done' | 'failed' | 'stopped'
  attempts: number
  spans: Span[]
  tokensIn: number
  tokensOut: number
  costUsd: number | null
  /** It was answered before, for an earlier job. */
  remembered: boolean
  rows: number
  error: string | null
}

export class JobLog {
  sequence = 0
  status: JobStatusName = 'pending'
  activity = 'waiting for its turn'
  progress: Progress | null = null
  startedMs: number | null = null
  endedMs: number | null = null
  pages: number | null = null
  parts: Part[] = []
  result: Json = {}
  attributions = new Map<string, Attribution>()
  findings: Finding[] = []
  metadata: Metadata | null = null
  error: string | null = null
  /** Every event but its payload, for the list of what happened. */
  told: { sequence: number; atMs: number; text: string; tone: 'plain' | 'good' | 'bad' | 'wait' }[] = []

  get isEnded(): boolean {
    return this.status === 'completed' || this.status === 'failed' || this.status === 'cancelled'
  }

  /** The part that asks for this place of the result. */
  partOf(pointer: string): Part | null {
    let found: Part | null = null
    for (const part of this.parts) {
      if (isBelow(pointer, part.path) && (!found || part.path.length > found.path.length)) found = part
    }
    return found
  }

  apply(event: JobEvent): void {
    const atMs = Date.parse(event.timestamp)
    this.sequence = event.sequence
    switch (event.type) {
      case 'start':
        this.#start(event.subtrees, atMs)
        break
      case 'progress':
        this.#progress(event, atMs)
        break
      case 'agentic_array_progress':
        this.#rows(event)
        break
      case 'subtree_retry':
        this.#retry(event, atMs)
        break
      case 'subtree_result':
        this.#result(event, atMs)
        break
      case 'subtree_error':
        this.#failed(event, atMs)
        break
      case 'completed':
      case 'failed':
      case 'cancelled':
        this.#end(event, atMs)
        break
      case 'state':
        return
    }
    this.#tell(event, atMs)
  }

  #part(id: string): Part | null {
    return this.parts.find((part) => part.id === id) ?? null
  }

  #start(subtrees: { id: string; path: string; leaves: number }[], atMs: number): void {
    this.status = 'processing'
    this.activity = 'reading the document'
    this.startedMs = atMs
    this.parts = subtrees.map(({ id, path, leaves }) => ({
      id,
      path,
      leaves,
      state: 'waiting',
      attempts: 0,
      spans: [],
      tokensIn: 0,
      tokensOut: 0,
      costUsd: null,
      remembered: false,
      rows: 0,
      error: null,
    }))
  }

  #progress(event: Extract<JobEvent, { type: 'progress' }>, atMs: number): void {
    this.status = event.status
    this.progress = event.progress
    this.activity = event.progress.current_step
    if (event.page_count !== undefined) this.pages = event.page_count
    this.findings.push(...(event.findings ?? []))
    if (event.cause === 'planned' || event.cause === 'reopened') {
      if (event.cause === 'reopened') this.endedMs = null
      for (const part of this.parts) if (part.state !== 'done') ask(part, atMs)
    }
  }

  #rows(event: Extract<JobEvent, { type: 'agentic_array_progress' }>): void {
    const part = this.#part(event.subtree_id)
    if (part) {
      part.rows += event.items_new.length
      count(part, event.usage_metadata)
    }
    const items = parentOf(this.result, event.path)
    if (!items) return
    const before = items.holder[items.key]
    items.holder[items.key] = [...(Array.isArray(before) ? before : []), ...(event.items_new as Json[])]
  }

  #retry(event: Extract<JobEvent, { type: 'subtree_retry' }>, atMs: number): void {
    const part = this.#part(event.subtree_id)
    if (!part) return
    close(part, atMs, 'failed', event.error_message)
    const untilMs = atMs + event.retry_in_ms
    part.spans.push({ kind: 'waiting', fromMs: atMs, toMs: untilMs, outcome: 'answered', note: 'waits, then asks again' })
    part.spans.push({ kind: 'asked', fromMs: untilMs, toMs: null, outcome: 'open', note: '' })
    part.state = 'retrying'
    part.attempts = event.attempt + 1
    part.error = event.error_message
  }

  #result(event: Extract<JobEvent, { type: 'subtree_result' }>, atMs: number): void {
    this.progress = event.progress
    this.activity = event.progress.current_step
    this.result = put(this.result, event.path, event.extracted_result as Json)
    for (const [pointer, attribution] of Object.entries(event.attributions)) {
      this.attributions.set(pointer, attribution)
    }
    this.findings.push(...event.findings)
    const part = this.#part(event.subtree_id)
    if (!part) return
    close(part, atMs, 'answered', '')
    part.state = 'done'
    part.error = null
    part.attempts = event.remembered ? 0 : event.attempt
    part.remembered = event.remembered
    part.rows = Array.isArray(event.extracted_result) ? event.extracted_result.length : 0
    count(part, event.usage_metadata)
  }

  #failed(event: Extract<JobEvent, { type: 'subtree_error' }>, atMs: number): void {
    this.progress = event.progress
    this.activity = event.progress.current_step
    const part = this.#part(event.subtree_id)
    if (!part) return
    close(part, atMs, 'failed', event.error_message)
    part.state = 'failed'
    part.attempts = event.attempts
    part.error = event.error_message
  }

  #end(event: Extract<JobEvent, { type: 'completed' | 'failed' | 'cancelled' }>, atMs: number): void {
    this.status = event.status
    this.activity = event.status
    this.endedMs = atMs
    this.metadata = event.metadata
    this.error = event.type === 'failed' ? event.error.message : null
    for (const part of this.parts) {
      if (part.state === 'done' || part.state === 'failed') continue
      close(part, atMs, 'stopped', '')
      part.state = 'stopped'
    }
    for (const finding of event.metadata.validation.findings) {
      if (!this.findings.some((known) => known.message === finding.message && known.pointer === finding.pointer)) {
        this.findings.push(finding)
      }
    }
  }

  #tell(event: JobEvent, atMs: number): void {
    const [text, tone] = telling(event)
    this.told.push({ sequence: event.sequence, atMs, text, tone: tone ?? 'plain' })
  }
}

function telling(event: JobEvent): [string, ('good' | 'bad' | 'wait')?] {
  const place = 'path' in event && event.path ? event.path : 'the fields of the root'
  switch (event.type) {
    case 'start':
      return [`Started, in ${event.subtrees.length} parts`]
    case 'progress':
      return causes(event)
    case 'agentic_array_progress':
      return [`${event.items_new.length} rows of ${place} arrived`]
    case 'subtree_retry':
      return [`${event.error_message}; asked again in ${(event.retry_in_ms / 1000).toFixed(1)} s`, 'wait']
    case 'subtree_result':
      return [`${event.remembered ? 'Remembered' : 'Answered'}: ${place}`, 'good']
    case 'subtree_error':
      return [`Given up: ${place}: ${event.error_message}`, 'bad']
    case 'completed':
      return ['Completed', 'good']
    case 'failed':
      return [`Failed: ${event.error.message}`, 'bad']
    case 'cancelled':
      return ['Cancelled', 'bad']
    case 'state':
      return ['']
  }
}

function causes(event: Extract<JobEvent, { type: 'progress' }>): [string, ('good' | 'bad' | 'wait')?] {
  switch (event.cause) {
    case 'document_read':
      return [`Read ${event.page_count ?? 0} pages`]
    case 'planned':
      return ['Planned which pages are asked for what']
    case 'reopened':
      return ['Reopened: what failed is asked again', 'wait']
    case 'cancel_requested':
      return ['Somebody asked to stop', 'wait']
    case 'ended_before':
      return ['Ended, for the first time']
    default:
      return [event.error_message ?? event.cause.replaceAll('_', ' '), event.error_message ? 'bad' : undefined]
  }
}

function ask(part: Part, atMs: number): void {
  part.state = 'asked'
  part.attempts = 1
  part.error = null
  part.spans.push({ kind: 'asked', fromMs: atMs, toMs: null, outcome: 'open', note: '' })
}

function close(part: Part, atMs: number, outcome: Span['outcome'], note: string): void {
  const last = part.spans.at(-1)
  if (!last || last.toMs !== null) return
  last.toMs = Math.max(atMs, last.fromMs)
  last.outcome = outcome
  last.note = note
}

function count(part: Part, usage: { input_tokens?: number | null; output_tokens?: number | null; cost_usd?: number | null }): void {
  part.tokensIn += usage.input_tokens ?? 0
  part.tokensOut += usage.output_tokens ?? 0
  if (typeof usage.cost_usd === 'number') part.costUsd = (part.costUsd ?? 0) + usage.cost_usd
}

/** A part's value at its place; what other parts said of places below it stays. Never changes what it was given. */
export function put(result: Json, path: string, value: Json): Json {
  const [first, ...rest] = tokens(path)
  if (first === undefined) return merged(result, value)
  const holder = isObject(result) ? result : {}
  const below = Object.hasOwn(holder, first) ? (holder[first] as Json) : {}
  const inner = rest.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { ...holder, [first]: put(below, inner, value) }
}

function merged(before: Json, value: Json): Json {
  if (!isObject(before) || !isObject(value)) return value
  const all: { [key: string]: Json } = { ...before }
  for (const [key, next] of Object.entries(value)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    all[key] = old !== undefined && isObject(old) && isObject(next) ? merged(old, next) : next
  }
  return all
}

/** The object that holds the place, made where it is not there. */
function parentOf(result: Json, path: string): { holder: { [key: string]: Json }; key: string } | null {
  const way = tokens(path)
  const key = way.pop()
  let holder = result
  for (const token of way) {
    if (!isObject(holder)) return null
    if (!isObject(holder[token])) holder[token] = {}
    holder = holder[token] as Json
  }
  return key !== undefined && isObject(holder) ? { holder, key } : null
}
