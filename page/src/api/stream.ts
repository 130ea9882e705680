// A job's events, from any event on, over any number of broken connections.
//
// fetch and not EventSource, because that can send no key. After a break (the server was killed, the laptop was closed)
// it goes on with Last-Event-ID: nothing is lost and nothing comes twice. Called by the view of a job.

import { refusal } from './client'
import type { JobEvent } from './event'
import { isTerminal } from './event'
import { session } from './key.svelte'
import { FrameReader } from './sse'

/** The server says every 15 s that it lives: after this silence the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 40_000
const WAITS_MS = [300, 700, 1500, 3000, 5000]

export type Connection = 'connecting' | 'live' | 'lost' | 'ended'

export interface Follower {
  /** The last event that is known; 0 for none. */
  after: number
  event(event: JobEvent): void
  connection(now: Connection): void
  signal: AbortSignal
}

/** Follows to the end. Throws Refused where the server says that there is nothing to follow. */
export async function follow(jobId: string, follower: Follower): Promise<void> {
  let after = follower.after
  let fails = 0
  const tell = (event: JobEvent): void => {
    if (event.sequence <= after) return
    after = event.sequence
    fails = 0
    follower.event(event)
  }
  follower.connection('connecting')
  while (!follower.signal.aborted) {
    const outcome = await attach(jobId, after, tell, follower).catch((error: unknown) => {
      if (error instanceof Broken) return error
      throw error
    })
    if (follower.signal.aborted) return
    if (outcome === 'ended') return follower.connection('ended')
    follower.connection('lost')
    const wait = outcome instanceof Broken && outcome.waitMs ? outcome.waitMs : (WAITS_MS[fails] ?? 5000)
    fails = Math.min(fails + 1, WAITS_MS.length - 1)
    await pause(wait, follower.signal)
  }
}

/** A connection that did not come about, or broke. */
class Broken extends Error {
  constructor(readonly waitMs: number | null = null) {
    super()
  }
}

async function attach(
  jobId: string,
  after: number,
  tell: (event: JobEvent) => void,
  follower: Follower,
): Promise<'ended' | 'broke'> {
  const own = new AbortController()
  const stop = (): void => own.abort()
  follower.signal.addEventListener('abort', stop)
  let watch = setTimeout(stop, SILENCE_MS)
  try {
    const response = await fetch(`/v1/extract/jobs/${jobId}/stream`, {
      headers: { authorization: `Bearer ${session.key ?? ''}`, 'last-event-id': String(after) },
      cache: 'no-store',
      signal: own.signal,
    }).catch(() => {
      throw new Broken()
    })
    if (response.status === 204) return 'ended'
    if (response.status === 429 || response.status >= 500) {
      throw new Broken((await refusal(response)).retryAfterMs)
    }
    if (!response.ok || !response.body) throw await refusal(response)
    follower.connection('live')
    const frames = new FrameReader()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done) return 'broke'
      clearTimeout(watch)
      watch = setTimeout(stop, SILENCE_MS)
      for (const frame of frames.read(value ?? '')) {
        const event = JSON.parse(frame.data) as JobEvent
        tell(event)
        if (isTerminal(event)) return 'ended'
      }
    }
  } finally {
    clearTimeout(watch)
    follower.signal.removeEventListener('abort', stop)
    own.abort()
  }
}

/** Waits, but not when the network or the person comes back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      removeEventListener('online', end)
      document.removeEventListener('visibilitychange', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end)
    document.addEventListener('visibilitychange', end)
    signal.addEventListener('abort', end)
  })
}
