// One file to the server, with progress. XMLHttpRequest, because fetch tells nothing of what has been sent.

import type { Document } from './client'
import { Refused } from './client'
import { keyRefused, session } from './key.svelte'

/** Resolves with the document; rejects with Refused. `progress` is 0..1. */
export function upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/v1/extract/documents/upload')
    request.setRequestHeader('authorization', `Bearer ${session.key ?? ''}`)
    request.responseType = 'json'
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0)
    request.onload = () => {
      if (request.status === 200) return resolve(request.response as Document)
      if (request.status === 401) keyRefused()
      reject(refusedWith(request))
    }
    request.onerror = () => reject(new Refused(0, 'UNREACHABLE', 'The connection broke.'))
    request.onabort = () => reject(new Refused(0, 'ABORTED', 'Stopped.'))
    signal.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}

function refusedWith(request: XMLHttpRequest): Refused {
  const problem = (request.response ?? {}) as { code?: string; detail?: unknown }
  const detail = Array.isArray(problem.detail)
    ? problem.detail.map((field: { msg?: string }) => field.msg).join('\n')
    : problem.detail
  const message = typeof detail === 'string' ? detail : `The server answered ${request.status}.`
  return new Refused(request.status, problem.code ?? '', message)
}
