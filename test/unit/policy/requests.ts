// Requests, cache policies and stored responses for the tests of decisions, each with only what matters stated.
import { Fields } from '../../../src/http/fields.ts'
import type { RequestHead, ResponseHead } from '../../../src/http/message.ts'
import type { StoredResponse } from '../../../src/policy/entry.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'

export const stranger = { address: '192.0.2.7', trusted: false }
export const friend = { address: '10.0.0.1', trusted: true }

export function requestOf(raw: readonly string[] = [], over: Partial<RequestHead> = {}): RequestHead {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'api.example',
    path: '/a',
    query: '',
    version: '1.1',
    fields: new Fields(raw),
    body: { kind: 'none' },
    peer: stranger,
    ...over,
  }
}

export function answerOf(status: number, raw: readonly string[] = []): ResponseHead {
  return { status, statusText: 'OK', fields: new Fields(raw) }
}

export function cacheOf(over: Partial<CachePolicy> = {}): CachePolicy {
  return {
    ttlMs: 30_000,
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
    ...over,
  }
}

export function keyPolicy(over: Partial<CachePolicy['key']>): CachePolicy['key'] {
  return { ...cacheOf().key, ...over }
}

export function entryOf(over: Partial<StoredResponse> = {}): StoredResponse {
  return {
    key: 'k',
    labels: { uri: 'http://api.example/a', path: '/a', tags: [] },
    vary: [],
    status: 200,
    statusText: 'OK',
    fields: Fields.empty,
    body: new Uint8Array(),
    part: null,
    requestAt: 0,
    responseAt: 0,
    initialAgeMs: 0,
    freshness: {
      lifetimeMs: 10_000,
      source: 'ttl',
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      mayBeStale: true,
      validateAlways: false,
    },
    etag: null,
    derivedEtag: false,
    lastModified: null,
    ...over,
  }
}
