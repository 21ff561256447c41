// The bare items of structured fields: numbers, strings, tokens and their kin (RFC 9651 §3.3).

export type BareItem =
  | { readonly type: 'integer' | 'decimal'; readonly value: number }
  /** Seconds since the epoch. */
  | { readonly type: 'date'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'display-string'; readonly value: string }
  /** As received, in base64. */
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }

/** A place in a text that is being parsed. */
export interface Cursor {
  readonly text: string
  at: number
}

const NUMBER = /(-?(\d{1,15}))(?:\.(\d{1,3}))?(?![\d.])/y
const DATE = /@(-?\d{1,15})(?![\d.])/y
const STRING = /"((?:[ !#-[\]-~]|\\["\\])*)"/y
const TOKEN = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const BOOLEAN = /\?([01])/y
const DISPLAY_STRING = /%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"/y

/** The bare item at the cursor, which moves past it; null where there is none. */
export function parseBareItem(cursor: Cursor): BareItem | null {
  switch (cursor.text[cursor.at]) {
    case '"':
      return text(cursor, 'string', STRING, (raw) => raw.replace(/\\(.)/g, '$1'))
    case ':':
      return text(cursor, 'bytes', BYTES, (raw) => raw)
    case '%':
      return text(cursor, 'display-string', DISPLAY_STRING, decodePercent)
    case '?': {
      const digit = take(cursor, BOOLEAN)?.[1]
      return digit === undefined ? null : { type: 'boolean', value: digit === '1' }
    }
    case '@': {
      const seconds = take(cursor, DATE)?.[1]
      return seconds === undefined ? null : { type: 'date', value: Number(seconds) }
    }
    default:
      return number(cursor) ?? token(cursor)
  }
}

/** What a sticky pattern matches at the cursor, which moves past it. */
export function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.text)
  if (match !== null) cursor.at += match[0].length
  return match
}

export function isAtEnd(cursor: Cursor): boolean {
  return cursor.at === cursor.text.length
}

function number(cursor: Cursor): BareItem | null {
  const match = take(cursor, NUMBER)
  if (match === null) return null
  const [all, whole, digits = '', fraction] = match
  if (fraction === undefined) return { type: 'integer', value: Number(whole) }
  return digits.length > 12 ? null : { type: 'decimal', value: Number(all) }
}

function token(cursor: Cursor): BareItem | null {
  const match = take(cursor, TOKEN)
  return match === null ? null : { type: 'token', value: match[0] }
}

function text(
  cursor: Cursor,
  type: 'string' | 'bytes' | 'display-string',
  pattern: RegExp,
  decode: (raw: string) => string | null,
): BareItem | null {
  const raw = take(cursor, pattern)?.[1]
  const value = raw === undefined ? null : decode(raw)
  return value === null ? null : { type, value }
}

/** UTF-8 behind percent signs; null where the bytes are not UTF-8. */
function decodePercent(raw: string): string | null {
  try {
    return decodeURIComponent(raw)
  } catch {
    return null
  }
}
