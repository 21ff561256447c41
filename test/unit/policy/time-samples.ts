// Plain policies, requests, responses and entries that the tests of cache time vary.
import { parseRequestDirectives, type RequestDirectives } from '../../../src/http/cache-control.ts'
import { Fields } from '../../../src/http/fields.ts'
import type { RequestHead, ResponseHead } from '../../../src/http/message.ts'
import type { Freshness, StoredResponse } from '../../../src/policy/entry.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'

/** Sat, 21 Nov 2026 12:00:00 GMT. */
export const noon = Date.UTC(2026, 10, 21, 12)
export const secondMs = 1000

/** A policy that obeys the origin alone. */
export function policy(differences: Partial<CachePolicy> = {}): CachePolicy {
  return {
    ttlMs: null,
    override: false,
    heuristic: false,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
    staleDespiteSMaxage: false,
    scope: 'auto',
    credentials: { headers: ['authorization', 'x-api-key'], cookies: 'all' },
    key: { query: { kind: 'all' }, sortQuery: false, headers: [] },
    refreshParam: null,
    statuses: new Map(),
    tags: [],
    maxVariants: 8,
    ...differences,
  }
}

/** `lines` as 'Name: value'. */
export function response(lines: readonly string[], status = 200): ResponseHead {
  return { status, statusText: '', fields: fields(lines) }
}

export function request(...lines: string[]): RequestHead {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'example.org',
    path: '/',
    query: '',
    version: '1.1',
    fields: fields(lines),
    body: { kind: 'none' },
    peer: { address: '127.0.0.1', trusted: false },
  }
}

export function directives(value?: string): RequestDirectives {
  return parseRequestDirectives(fields(value === undefined ? [] : [`Cache-Control: ${value}`]))
}

export function fields(lines: readonly string[]): Fields {
  return new Fields(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    }),
  )
}

/** Fresh for a minute from noon on, and never to be used stale. */
export function entry(
  freshness: Partial<Freshness> = {},
  differences: Partial<StoredResponse> = {},
): StoredResponse {
  return {
    key: 'key',
    labels: { uri: 'http://example.org/', path: '/', tags: [] },
    vary: [],
    status: 200,
    statusText: 'OK',
    fields: Fields.empty,
    body: new Uint8Array(10),
    part: null,
    requestAt: noon,
    responseAt: noon,
    initialAgeMs: 0,
    etag: null,
    derivedEtag: false,
    lastModified: null,
    ...differences,
    freshness: {
      lifetimeMs: 60 * secondMs,
      source: 'max-age',
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      mayBeStale: true,
      validateAlways: false,
      ...freshness,
    },
  }
}
