// What is stored, page by page, in the order of URIs and without what is secret.
import { createHash } from 'node:crypto'
import { currentAgeMs } from '../policy/age.ts'
import type { StoredResponse } from '../policy/entry.ts'
import { isWithin } from '../policy/invalidation.ts'
import { isCredentialed } from '../policy/key.ts'
import { footprintBytes } from '../store/footprint.ts'
import type { Store, Variants } from '../store/port.ts'

/** One key with its stored responses; the newest one's figures. Times in whole seconds, as Age is. */
export interface EntryView {
  readonly uri: string
  readonly tags: readonly string[]
  /** The key belongs to one credential. */
  readonly credentialed: boolean
  readonly variants: number
  /** The request fields that tell the variants apart. */
  readonly vary: readonly string[]
  readonly status: number
  readonly age: number
  /** Freshness that is left; negative when stale. */
  readonly ttl: number
  readonly bytes: number
}

export interface EntriesPage {
  readonly entries: readonly EntryView[]
  /** What to ask the next page with; null: this is the last one. */
  readonly next: string | null
}

export interface EntriesQuestion {
  readonly prefix: string
  readonly limit: number
  readonly after: string | null
}

interface Place {
  readonly uri: string
  /** Tells the keys of one URI apart without showing them. */
  readonly id: string
}

interface Found extends Place {
  readonly variants: Variants
}

/** The next entries after a cursor. Looks at all that is stored, and keeps no more than a page of it. */
export function listEntries(
  store: Store,
  { prefix, limit, after }: EntriesQuestion,
  now: number,
): EntriesPage {
  const from = after === null ? null : readCursor(after)
  let page: Found[] = []
  for (const variants of store.all()) {
    const [newest] = variants
    if (newest === undefined || !isWithin(newest.labels.uri, { kind: 'prefix', text: prefix })) continue
    const { uri } = newest.labels
    const last = page.length > limit ? page[limit] : undefined
    if ((from !== null && uri < from.uri) || (last !== undefined && uri > last.uri)) continue
    const found = { uri, id: idOf(newest.key), variants }
    if (from !== null && compare(found, from) <= 0) continue
    page.push(found)
    if (page.length > 2 * limit + 1) page = page.sort(compare).slice(0, limit + 1)
  }
  page = page.sort(compare).slice(0, limit + 1)
  const shown = page.slice(0, limit)
  const end = shown.at(-1)
  return {
    entries: shown.map(({ variants }) => viewOf(variants, now)),
    next: page.length > limit && end !== undefined ? writeCursor(end) : null,
  }
}

/** One key's stored responses as they are shown. */
export function viewOf(variants: Variants, now: number): EntryView {
  const newest = variants[0] as StoredResponse
  const ageMs = currentAgeMs(newest, now)
  return {
    uri: newest.labels.uri,
    tags: newest.labels.tags,
    credentialed: isCredentialed(newest.key),
    variants: variants.length,
    vary: [...new Set(variants.flatMap(({ vary }) => vary.map(({ name }) => name)))],
    status: newest.status,
    age: Math.floor(ageMs / 1000),
    ttl: Math.floor((newest.freshness.lifetimeMs - ageMs) / 1000),
    bytes: variants.reduce((bytes, entry) => bytes + footprintBytes(entry), 0),
  }
}

/** Whether a text is a cursor that a page gave out. */
export function isCursor(text: string): boolean {
  return readCursor(text) !== null
}

function compare(a: Place, b: Place): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

function writeCursor({ uri, id }: Place): string {
  return Buffer.from(JSON.stringify([uri, id])).toString('base64url')
}

function readCursor(text: string): Place | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(value)) return null
    const [uri, id] = value as unknown[]
    return typeof uri === 'string' && typeof id === 'string' ? { uri, id } : null
  } catch {
    return null
  }
}
