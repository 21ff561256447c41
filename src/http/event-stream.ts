// Server-sent events: a response without an end, told from others by its media type.
import type { Fields } from './fields.ts'

/** Whether these are the fields of an event stream, which may be silent for long and belongs to one client. */
export function isEventStream(fields: Fields): boolean {
  return /^text\/event-stream\b/i.test(fields.get('content-type') ?? '')
}
