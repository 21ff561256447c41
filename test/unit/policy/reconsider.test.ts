// What becomes of stored responses when the operator's policy changes.
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import type { StoredResponse } from '../../../src/policy/entry.ts'
import { reconsider } from '../../../src/policy/reconsider.ts'
import { cacheOf, entryOf } from './requests.ts'

const held = { ...entryOf().freshness, lifetimeMs: 30_000, staleIfErrorMs: 10_000 }

function stored(raw: readonly string[] = [], over: Partial<StoredResponse> = {}): StoredResponse {
  return entryOf({ freshness: held, fields: new Fields(raw), ...over })
}

test('under the same policy it must be the same', () => {
  const entry = stored()
  expect(reconsider(entry, cacheOf({ ttlMs: 30_000, staleIfErrorMs: 10_000 }), {})).toBe(entry)
})

describe('it must go', () => {
  test('where its route stores no more', () => {
    expect(reconsider(stored(), null, {})).toBeNull()
  })

  test.each(['private', 'no-store'])('where %s was overridden and is obeyed again', (directive) => {
    const entry = stored(['Cache-Control', directive])
    expect(reconsider(entry, cacheOf({ override: true }), {})).not.toBeNull()
    expect(reconsider(entry, cacheOf(), {})).toBeNull()
  })
})

test.each([
  ['a shorter ttl', cacheOf({ ttlMs: 5000 }), { lifetimeMs: 5000, source: 'ttl' }],
  ['a longer ttl', cacheOf({ ttlMs: 90_000 }), { lifetimeMs: 30_000 }],
  ['no ttl', cacheOf({ ttlMs: null }), { lifetimeMs: 0, source: 'none' }],
  ['a longer stale window', cacheOf({ staleIfErrorMs: 90_000 }), { staleIfErrorMs: 10_000 }],
  ['no stale window', cacheOf({ staleIfErrorMs: 0 }), { staleIfErrorMs: 0 }],
])('under %s its times must never grow', (_, cache, freshness) => {
  expect(reconsider(stored(), cache, {})?.freshness).toMatchObject(freshness)
})

test('what an operator has purged softly must stay so', () => {
  const freshness = { ...held, lifetimeMs: 0, source: 'purged', validateAlways: true } as const
  const entry = reconsider(stored([], { freshness }), cacheOf(), {})
  expect(entry?.freshness).toMatchObject({ source: 'purged', validateAlways: true, lifetimeMs: 0 })
})

test('it must carry the tags of its new route, and the groups of the origin', () => {
  const entry = stored(['Cache-Groups', '"a"'], {
    labels: { uri: 'http://h:1/x/7?q', path: '/x/7', tags: ['old'] },
  })
  const { labels } = reconsider(entry, cacheOf({ tags: ['x', 'x-:id'] }), { id: '7' }) ?? entry
  expect(labels.tags).toEqual(['x', 'x-7', 'group:http://h:1 a'])
})
