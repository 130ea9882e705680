// The events of a job as its stream tells them, and what is in them: names for what the API describes.

import type { components } from './described'

type Named = components['schemas']
export type JobEvent = Named['ExtractEvent']
export type Attribution = Named['Attribution']
export type Match = Attribution['match']
export type Box = Attribution['locations'][number]['bounding_box']
export type Finding = Named['Finding']
export type Progress = Named['JobProgress']
export type Metadata = Named['JobMetadata']

export function isTerminal(event: JobEvent): boolean {
  return event.type === 'completed' || event.type === 'failed' || event.type === 'cancelled'
}
