// The events of a job as its stream tells them. The description of the API leaves them open, so they are written here.

import type { Json, JobStatusName } from './client'

export type Match = 'exact' | 'close' | 'missing'

export interface Box {
  x0: number
  y0: number
  x1: number
  y1: number
}

export interface Location {
  page: number
  bounding_box: Box
  quote: string
  match: Match
}

export interface Attribution {
  match: Match
  confidence: number
  reasoning?: string
  page_numbers: number[]
  locations: Location[]
}

export interface Finding {
  kind: string
  message: string
  page?: number
  pointer?: string
}

export interface Usage {
  model?: string
  cost_usd?: number | null
  calls?: number
  input_tokens?: number
  cached_tokens?: number
  output_tokens?: number
  thinking_tokens?: number
}

export interface Progress {
  completion_percentage: number
  current_step: string
  fields_processed: number
  total_fields: number
}

export interface Metadata {
  model?: string
  usage: Record<string, Usage>
  cost_usd: number | null
  duration_ms: number
  time_to_first_subtree_ms: number | null
  pages: number | null
  subtrees: { total: number; completed: number; failed: number; remembered: number }
  validation?: { valid: boolean; findings: Finding[] }
  partial: boolean
}

interface Told {
  job_id: string
  sequence: number
  timestamp: string
}

export type JobEvent = Told &
  (
    | { type: 'start'; subtrees: { id: string; path: string; leaves: number }[] }
    | {
        type: 'progress'
        cause: string
        status: JobStatusName
        progress: Progress
        page_count?: number
        findings?: Finding[]
        error_message?: string
      }
    | {
        type: 'subtree_result'
        subtree_id: string
        path: string
        extracted_result: Json
        attributions: Record<string, Attribution>
        findings: Finding[]
        attempt: number
        remembered: boolean
        usage_metadata: Usage
        progress: Progress
      }
    | {
        type: 'subtree_retry'
        subtree_id: string
        attempt: number
        error_type: string
        error_message: string
        retry_in_ms: number
      }
    | {
        type: 'subtree_error'
        subtree_id: string
        path: string
        error_type: string
        error_message: string
        attempts: number
        progress: Progress
      }
    | {
        type: 'agentic_array_progress'
        subtree_id: string
        path: string
        items_new: Json[]
        turn: number
        done: boolean
        pages_covered: number[]
        usage_metadata: Usage
      }
    | {
        type: 'completed' | 'failed' | 'cancelled'
        status: JobStatusName
        metadata: Metadata
        error?: { code: string; message: string }
      }
    | { type: 'state' }
  )

export function isTerminal(event: JobEvent): boolean {
  return event.type === 'completed' || event.type === 'failed' || event.type === 'cancelled'
}
