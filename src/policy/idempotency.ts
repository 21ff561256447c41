// The Idempotency-Key of a request, and which answers settle it.
import type { Fields } from '../http/fields.ts'
import { parseItem } from '../http/structured-fields.ts'

export type KeyReading =
  { readonly kind: 'key'; readonly key: string } | { readonly kind: 'none' } | { readonly kind: 'invalid' }

const MOST_CHARACTERS = 255

/** The key: a structured string, as the draft standard has it, or the bare text that most clients send. */
export function readIdempotencyKey(fields: Fields): KeyReading {
  const [value, ...others] = fields.all('idempotency-key')
  if (value === undefined) return { kind: 'none' }
  const item = parseItem(value)
  const key = item?.value.type === 'string' ? item.value.value : value.trim()
  const isValid = others.length === 0 && key.length <= MOST_CHARACTERS && /^[\x20-\x7e]+$/.test(key)
  return isValid ? { kind: 'key', key } : { kind: 'invalid' }
}

// By these an API says that it did nothing: not for you, or not now.
const NOTHING_DONE = new Set([401, 403, 407, 408, 423, 425, 429, 503])

/** Whether an answer with this status is what every repeat gets; else the request may be sent again. */
export function settlesKey(status: number): boolean {
  return !NOTHING_DONE.has(status)
}
