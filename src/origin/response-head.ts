// Reads the head of a response out of undici's raw bytes, or finds that it is none to pass on.
import { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'

/**
 * Field lines as received, bytes as latin1 (RFC 9110 §5.5), values without the blanks around them, which undici leaves
 * at the end (RFC 9112 §5.1). @param raw what undici's HTTP/1.1 parser collected
 */
export function readFields(raw: unknown): Fields {
  if (!Array.isArray(raw) || raw.length === 0) return Fields.empty
  return new Fields((raw as Buffer[]).map((part) => withoutBlanksAtEnd(part.toString('latin1'))))
}

function withoutBlanksAtEnd(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1
  return end === text.length ? text : text.slice(0, end)
}

const notInText = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Why a head cannot be passed on; null where it can. The parser has seen to the status line and to Content-Length;
 * it lets pass a status below 100, a transfer coding that is not chunked (and then takes all that follows
 * for content still encoded, RFC 9112 §6.3), and octets that a field may not hold.
 */
export function faultOf({ status, fields }: ResponseHead): string | null {
  if (status < 100) return 'the status is not one'
  if (status === 101) return 'an upgrade was not asked for'
  const coding = fields.get('transfer-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return 'the transfer coding is not chunked'
  if (fields.raw.some((part) => notInText.test(part))) return 'a field holds a control character'
  return null
}

/** undici decodes the reason phrase as UTF-8: one that was not plain text is left out (it means nothing, RFC 9112 §4). */
export function readStatusText(text: string | undefined): string {
  return text === undefined || notInText.test(text) ? '' : text
}
