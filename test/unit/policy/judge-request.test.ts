import { describe, expect, test } from 'vitest'
import type { RequestHead } from '../../../src/http/message.ts'
import { judgeRequest } from '../../../src/policy/judge-request.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'
import { cacheOf, requestOf } from './requests.ts'

const perUser = cacheOf({ scope: 'user' })

describe('a request must bypass the cache', () => {
  test.each<[string, RequestHead, CachePolicy | null, string]>([
    ['on a route that does not store', requestOf(), null, 'route-not-cached'],
    ['with another method', requestOf([], { method: 'POST' }), cacheOf(), 'method-not-cached'],
    ['with content', requestOf([], { body: { kind: 'length', bytes: 1 } }), cacheOf(), 'get-with-body'],
    [
      'with content of unknown length',
      requestOf([], { body: { kind: 'chunked' } }),
      cacheOf(),
      'get-with-body',
    ],
    [
      'as a QUERY with content of unknown length',
      requestOf([], { method: 'QUERY', body: { kind: 'chunked' } }),
      cacheOf(),
      'query-not-keyed',
    ],
    [
      'as a QUERY with content that is too long for a key',
      requestOf([], { method: 'QUERY', body: { kind: 'length', bytes: 65_537 } }),
      cacheOf(),
      'query-not-keyed',
    ],
    ['with an encoded slash', requestOf([], { path: '/a%2Fb' }), cacheOf(), 'encoded-delimiter'],
    ['without a credential where the route is per user', requestOf(), perUser, 'no-credential'],
    [
      'that says no-store (RFC 9111 §5.2.1.5)',
      requestOf(['Cache-Control', 'no-store']),
      cacheOf(),
      'request-no-store',
    ],
  ])('%s', (_, head, cache, reason) => {
    expect(judgeRequest(head, cache)).toEqual({ kind: 'bypass', reason })
  })
})

describe('a request must be looked up', () => {
  test.each<[string, RequestHead, CachePolicy]>([
    ['as a GET', requestOf(), cacheOf()],
    ['as a HEAD', requestOf([], { method: 'HEAD' }), cacheOf()],
    [
      'as a QUERY with short content',
      requestOf([], { method: 'QUERY', body: { kind: 'length', bytes: 65_536 } }),
      cacheOf(),
    ],
    ['with content of no bytes', requestOf([], { body: { kind: 'length', bytes: 0 } }), cacheOf()],
    ['for a range', requestOf(['Range', 'bytes=0-1']), cacheOf()],
    ['with a credential where the route is per user', requestOf(['Cookie', 'a=1']), perUser],
  ])('%s', (_, head, cache) => {
    expect(judgeRequest(head, cache)).toMatchObject({ kind: 'lookup', cache, refresh: false })
  })

  test('with what it asks of the cache', () => {
    const head = requestOf(['Cache-Control', 'max-age=5'], { query: '?refresh=1' })
    expect(judgeRequest(head, cacheOf({ refreshParam: 'refresh' }))).toMatchObject({
      directives: { maxAge: 5 },
      refresh: true,
    })
  })
})
