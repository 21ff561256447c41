// What `weir explain` prints.
import { expect, test } from 'vitest'
import type { Explanation } from '../../../src/admin/explain.ts'
import { explanationText } from '../../../src/commands/explanation-text.ts'

const explanation: Explanation = {
  request: { method: 'GET', uri: 'http://localhost:8080/api/accounts' },
  route: { path: '/api/*', methods: null, at: 'proxy.yaml:9' },
  passedOver: [
    { path: '/api/users', methods: ['GET'], at: 'proxy.yaml:5', because: 'its path does not match' },
  ],
  verdict: { cache: 'MISS', reason: 'stale', says: 'it is stale', cite: 'RFC 9111 §4.2.4', config: null },
  key: [{ part: 'method', value: 'GET' }],
  stored: [
    {
      selected: true,
      status: 200,
      age: 31,
      lifetime: 30,
      from: 'cache.ttl (proxy.yaml:10)',
      staleWhileRevalidate: 0,
      staleIfError: 0,
      etag: null,
      tags: ['accounts'],
      vary: { 'accept-language': null },
      matches: true,
      bytes: 3,
    },
  ],
  answer: {
    which: 'last',
    stored: false,
    lifetime: null,
    from: null,
    reason: 'set-cookie',
    says: 'it sets a cookie',
    cite: null,
    config: null,
  },
  toHit: ['Send the request once.'],
}

test('the verdict comes first, then what it rests on', () => {
  expect(explanationText(explanation)).toBe(`MISS  GET http://localhost:8080/api/accounts
  stale: it is stale [RFC 9111 §4.2.4]

Route
  not GET /api/users (proxy.yaml:5): its path does not match
  any method /api/* (proxy.yaml:9)

Key
  method         GET

Stored
  * status 200; age 31s of 30s by cache.ttl (proxy.yaml:10); for accept-language: (absent); tags accounts

The API's last answer
  not stored
  set-cookie: it sets a cookie

For a HIT
  Send the request once.
`)
})
