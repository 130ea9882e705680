// The API, typed from its own description. The only place that sends requests, but for uploads and streams.
//
// `answer` gives what a request gave, or throws a Refused with the server's own words.

import createClient from 'openapi-fetch'
import type { components, paths } from './described'
import { keyRefused, session } from './key.svelte'

type Named = components['schemas']
export type Document = Named['Document']
export type Schema = Named['Schema']
export type SchemaReport = Named['SchemaReport']
export type JobStatus = Named['JobStatus']
export type JobStatusName = Named['JobStatusName']
export type JobConfig = Named['JobConfig']
export type Model = Named['Model']
export type Key = Named['Key']
export type NewKey = Named['MadeKey']
export type Usage = Named['UsageReport']
export type UsageDay = Named['UsageDay']
export type Proposal = Named['InferredSchema']
export type CorrectionsAnswer = Named['Corrections']
export type Seen = Named['SeenNote']

/** JSON as it comes. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A problem document of the server, or no server. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterMs: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message)
  }
}

export const client = createClient<paths>({ baseUrl: location.origin })

client.use({
  onRequest({ request }) {
    if (session.key) request.headers.set('authorization', `Bearer ${session.key}`)
    return request
  },
})

/** What came of a response that is no success. */
export async function refusal(response: Response): Promise<Refused> {
  const body: unknown = await response.json().catch(() => null)
  return refusedBy(response, body)
}

function refusedBy(response: Response, body: unknown): Refused {
  if (response.status === 401) keyRefused()
  const problem = (body ?? {}) as { detail?: unknown; title?: unknown; code?: unknown }
  const seconds = Number(response.headers.get('retry-after'))
  return new Refused(
    response.status,
    typeof problem.code === 'string' ? problem.code : String(response.status),
    words(problem.detail) ?? words(problem.title) ?? `The server answered ${response.status}.`,
    seconds > 0 ? seconds * 1000 : null,
    response.headers.get('x-request-id'),
  )
}

/** The `detail` of a problem: a sentence, or a list of fields with what is wrong with each. */
function words(detail: unknown): string | null {
  if (typeof detail === 'string') return detail
  if (!Array.isArray(detail)) return null
  const each = detail.map((field: { loc?: unknown[]; msg?: string }) => {
    const place = (field.loc ?? []).slice(1).join('.')
    return place ? `${place}: ${field.msg ?? ''}` : (field.msg ?? '')
  })
  return each.join('\n')
}

export function unreachable(cause: unknown): Refused {
  return new Refused(0, 'UNREACHABLE', `The server does not answer (${cause instanceof Error ? cause.message : 'no network'}).`)
}

export async function answer<T>(sent: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await sent.catch((cause: unknown) => {
    throw unreachable(cause)
  })
  if (!response.ok) throw refusedBy(response, error)
  return data as T
}

/** The bytes of a document, or a part of them: from the first, to before the last. */
export function content(documentId: string, signal: AbortSignal, part?: [number, number]): Promise<Response> {
  const range = part ? { range: `bytes=${part[0]}-${part[1] - 1}` } : undefined
  return bytes(`/v1/extract/documents/${documentId}/content`, signal, range)
}

/** A page as a PNG, for what browsers do not show by themselves. */
export function drawn(documentId: string, page: number, signal: AbortSignal): Promise<Response> {
  return bytes(`/v1/extract/documents/${documentId}/pages/${page}`, signal)
}

async function bytes(path: string, signal: AbortSignal, more?: Record<string, string>): Promise<Response> {
  const headers = { authorization: `Bearer ${session.key ?? ''}`, ...more }
  const response = await fetch(path, { headers, signal }).catch((cause: unknown) => {
    throw unreachable(cause)
  })
  if (!response.ok) throw await refusal(response)
  return response
}

/** In words, for people. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
