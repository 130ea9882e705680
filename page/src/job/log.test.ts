import { describe, expect, test } from 'vitest'
import type { JobEvent } from '../api/event'
import { FrameReader } from '../api/sse'
import { JobLog, put } from './log'
import { linesOf } from './rows'
import { shapeOf } from './shape'

const told = (sequence: number, more: object): JobEvent =>
  ({ job_id: 'j', sequence, timestamp: new Date(sequence * 1000).toISOString(), ...more }) as JobEvent
const progress = { completion_percentage: 0, current_step: 'x', fields_processed: 0, total_fields: 2 }

const EVENTS: JobEvent[] = [
  told(1, { type: 'start', subtrees: [{ id: 's1', path: '', leaves: 1 }, { id: 's2', path: '/rows', leaves: 1 }] }),
  told(2, { type: 'progress', cause: 'planned', status: 'processing', progress }),
  told(3, { type: 'subtree_retry', subtree_id: 's2', attempt: 1, error_type: 'b', error_message: 'busy', retry_in_ms: 500 }),
  told(4, {
    type: 'subtree_result', subtree_id: 's2', path: '/rows', extracted_result: [{ x: 1 }], attempt: 2,
    attributions: { '/rows/0/x': { match: 'exact', confidence: 0.9, page_numbers: [1], locations: [] } },
    findings: [], remembered: false, usage_metadata: { cost_usd: 0.01, input_tokens: 5 }, progress,
  }),
  told(5, {
    type: 'subtree_result', subtree_id: 's1', path: '', extracted_result: { a: 'b' }, attempt: 1, attributions: {},
    findings: [], remembered: true, usage_metadata: {}, progress,
  }),
]

function after(count: number): JobLog {
  const log = new JobLog()
  for (const event of EVENTS.slice(0, count)) log.apply(event)
  return log
}

const SCHEMA = {
  type: 'object',
  properties: { a: { $ref: '#/$defs/a' }, rows: { type: 'array', items: { type: 'object', properties: { x: { type: 'number' } } } } },
  $defs: { a: { type: 'string', description: 'an a' } },
}

describe('a job is the fold of its events', () => {
  test('parts come in any order and none undoes another', () => {
    expect(after(5).result).toEqual({ rows: [{ x: 1 }], a: 'b' })
  })

  test('attempts and waits are spans', () => {
    const part = after(4).parts[1]
    expect(part?.spans.map(({ kind, outcome, fromMs, toMs }) => [kind, outcome, fromMs, toMs])).toEqual([
      ['asked', 'failed', 2000, 3000],
      ['waiting', 'answered', 3000, 3500],
      ['asked', 'answered', 3500, 4000],
    ])
    expect([part?.attempts, part?.costUsd, part?.tokensIn]).toEqual([2, 0.01, 5])
  })

  test('what is not there yet is shown where it will be', () => {
    const shown = (count: number): string[] =>
      linesOf(after(count), shapeOf(SCHEMA)).map(({ key, kind, standing }) => `${key} ${kind} ${standing}`)
    expect(shown(2)).toEqual(['a value pending', 'rows list pending'])
    expect(shown(5)).toEqual(['a value unproven', 'rows list unproven'])
    expect(linesOf(after(2), shapeOf(SCHEMA))[0]?.description).toBe('an a')
  })
})

test('a value at a place keeps what stands beside and below', () => {
  expect(put({ a: { b: 1 }, c: 2 }, '/a/d', 3)).toEqual({ a: { b: 1, d: 3 }, c: 2 })
  expect(put({ a: { rows: [1] } }, '/a', { name: 'x' })).toEqual({ a: { rows: [1], name: 'x' } })
  expect(put({}, '', { __proto__x: 1 })).toEqual({ __proto__x: 1 })
})

test('frames come out whole, however the bytes are cut', () => {
  const text = 'retry: 1000\nid: 1\nevent: start\ndata: {"a":\ndata: 1}\n\n:\nid: 2\nevent: x\ndata: y\n\n'
  for (let cut = 0; cut <= text.length; cut += 1) {
    const reader = new FrameReader()
    const frames = [...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]
    expect(frames).toEqual([
      { event: 'start', id: '1', data: '{"a":\n1}' },
      { event: 'x', id: '2', data: 'y' },
    ])
  }
})
