import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import type { RequestHead } from '../../../src/http/message.ts'
import { cacheKey, joinParts, targetUri } from '../../../src/policy/key.ts'
import { originFields } from '../../../src/policy/origin-fields.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'
import { cacheOf, friend, keyPolicy, requestOf, stranger } from './requests.ts'

const digest = (text: string): string => `digest(${Buffer.from(text).toString('hex')})`
const keyOf = (head: RequestHead, cache = cacheOf()): string => cacheKey(head, cache, digest).key
const keyOfFields = (raw: readonly string[], cache = cacheOf()): string => keyOf(requestOf(raw), cache)

const perSession = cacheOf({ credentials: { headers: [], cookies: ['session'] } })
const shared = cacheOf({ scope: 'shared' })
const byLanguage = cacheOf({ key: keyPolicy({ headers: ['accept-language'] }) })
const byToken = cacheOf({ credentials: { headers: ['x-session-token'], cookies: [] } })

describe('two requests must have different keys', () => {
  test.each<[string, RequestHead, RequestHead, CachePolicy]>([
    ['for two hosts', requestOf(), requestOf([], { authority: 'other.example' }), cacheOf()],
    ['for two schemes', requestOf(), requestOf([], { scheme: 'https' }), cacheOf()],
    ['for two paths', requestOf(), requestOf([], { path: '/A' }), cacheOf()],
    ['for two queries', requestOf(), requestOf([], { query: '?' }), cacheOf()],
    ['for two bearers', requestOf(['Authorization', 'a']), requestOf(['Authorization', 'b']), cacheOf()],
    ['for a bearer and nobody', requestOf(['Authorization', 'a']), requestOf(), cacheOf()],
    ['for two API keys', requestOf(['X-Api-Key', 'a']), requestOf(['X-Api-Key', 'b']), cacheOf()],
    ['for two cookies', requestOf(['Cookie', 'a=1']), requestOf(['Cookie', 'a=2']), cacheOf()],
    [
      'for a second cookie line',
      requestOf(['Cookie', 'a=1']),
      requestOf(['Cookie', 'a=1', 'Cookie', 'b']),
      cacheOf(),
    ],
    [
      'for one text in two fields',
      requestOf(['Authorization', 'a']),
      requestOf(['X-Api-Key', 'a']),
      cacheOf(),
    ],
    ['for two sessions', requestOf(['Cookie', 'session=1']), requestOf(['Cookie', 'session=2']), perSession],
    [
      'for a field of the operator',
      requestOf(['X-Session-Token', 'a']),
      requestOf(['X-Session-Token', 'b']),
      byToken,
    ],
    [
      'for a keyed field',
      requestOf(['Accept-Language', 'en']),
      requestOf(['Accept-Language', 'de']),
      byLanguage,
    ],
    ['for an empty and an absent keyed field', requestOf(['Accept-Language', '']), requestOf(), byLanguage],
    [
      'for what a trusted peer says of the host',
      requestOf(['X-Forwarded-Host', 'a'], { peer: friend }),
      requestOf(['X-Forwarded-Host', 'b'], { peer: friend }),
      cacheOf(),
    ],
    [
      'for what a trusted peer says in Forwarded',
      requestOf(['Forwarded', 'for=1;host=a'], { peer: friend }),
      requestOf(['Forwarded', 'for=1;host=b'], { peer: friend }),
      cacheOf(),
    ],
  ])('%s', (_, a, b, cache) => {
    expect(keyOf(a, cache)).not.toBe(keyOf(b, cache))
  })
})

describe('two requests must share a key', () => {
  test.each<[string, RequestHead, RequestHead, CachePolicy]>([
    ['as GET and HEAD', requestOf(), requestOf([], { method: 'HEAD' }), cacheOf()],
    ['with other fields that are not keyed', requestOf(['A', '1']), requestOf(['A', '2']), cacheOf()],
    [
      'with other cookies than the session',
      requestOf(['Cookie', 'x=1; session=1']),
      requestOf(['Cookie', 'session=1;y=2']),
      perSession,
    ],
    ['with only other cookies than the session', requestOf(['Cookie', 'x=1']), requestOf(), perSession],
    [
      'with any credential on a shared route',
      requestOf(['Authorization', 'a', 'Cookie', 'a']),
      requestOf(),
      shared,
    ],
    [
      'with their credentials in another order and spelling',
      requestOf(['authorization', 'a', 'Cookie', 'b']),
      requestOf(['COOKIE', 'b', 'Authorization', 'a']),
      cacheOf(),
    ],
    [
      'with what a stranger says of the host',
      requestOf(['X-Forwarded-Host', 'a', 'X-Original-URL', '/x']),
      requestOf(),
      cacheOf(),
    ],
    [
      'with what a stranger says in a field that the route keys on and weir sets',
      requestOf(['X-Forwarded-Host', 'a']),
      requestOf(),
      cacheOf({ key: keyPolicy({ headers: ['x-forwarded-host'] }) }),
    ],
    [
      'through a trusted peer that names their addresses',
      requestOf(['X-Forwarded-For', '1', 'Forwarded', 'for="1;2", for=3;by=4'], { peer: friend }),
      requestOf(['X-Forwarded-For', '2', 'Forwarded', 'For=5'], { peer: friend }),
      cacheOf(),
    ],
    [
      'with a keyed field that Connection takes away',
      requestOf(['X-Tenant', '1', 'Connection', 'x-tenant']),
      requestOf(),
      cacheOf({ key: keyPolicy({ headers: ['x-tenant'] }) }),
    ],
    [
      'with a keyed Accept-Encoding of one meaning',
      requestOf(['Accept-Encoding', 'gzip, br']),
      requestOf(['Accept-Encoding', 'br,gzip']),
      cacheOf({ key: keyPolicy({ headers: ['accept-encoding'] }) }),
    ],
  ])('%s', (_, a, b, cache) => {
    expect(keyOf(a, cache)).toBe(keyOf(b, cache))
  })
})

describe('the key', () => {
  test('must never hold a credential', () => {
    const secrets = ['Authorization', 'Bearer s3cret', 'Cookie', 'session=s3cret', 'X-Api-Key', 's3cret']
    expect(keyOfFields(secrets)).not.toContain('s3cret')
    expect(keyOfFields(secrets, perSession)).not.toContain('s3cret')
    expect(
      keyOfFields(secrets, cacheOf({ scope: 'shared', key: keyPolicy({ headers: ['cookie'] }) })),
    ).not.toContain('s3cret')
  })

  test('must know whether it belongs to one credential', () => {
    expect(cacheKey(requestOf(['Cookie', 'a=1']), cacheOf(), digest).credentialed).toBe(true)
    expect(cacheKey(requestOf(['Cookie', 'a=1']), perSession, digest).credentialed).toBe(false)
    expect(cacheKey(requestOf(['Cookie', '']), cacheOf(), digest).credentialed).toBe(false)
    expect(cacheKey(requestOf(['Authorization', 'a']), shared, digest).credentialed).toBe(false)
  })

  test('must come with the target that goes to the origin, and with one URI for all users', () => {
    const cache = cacheOf({ refreshParam: 'refresh' })
    const head = requestOf(['Authorization', 'a'], { query: '?b=1&refresh=1' })
    const { target, uri } = cacheKey(head, cache, digest)
    expect(target).toBe('/a?b=1')
    expect(uri).toBe('http://api.example/a?b=1')
    expect(targetUri(head, cache)).toBe(uri)
    expect(targetUri(head, null)).toBe('http://api.example/a?b=1&refresh=1')
  })
})

describe('joined parts', () => {
  test('must be different for different lists', () => {
    const list = fc.array(fc.string({ unit: fc.constantFrom('1', '2', ':', 'a'), maxLength: 4 }), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(joinParts(a) === joinParts(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('requests of one key', () => {
  const line = fc.constantFrom(
    ['Authorization', 'a'],
    ['Authorization', 'b'],
    ['X-Api-Key', 'a'],
    ['Cookie', 'session=1; x=1'],
    ['Cookie', 'x=2'],
    ['X-Tenant', '1'],
    ['X-Tenant', ''],
    ['X-Forwarded-Host', 'evil'],
    ['X-Forwarded-Prefix', '/p'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Original-URL', '/admin'],
    ['Connection', 'x-tenant'],
    ['Connection', 'x-api-key, x-original-url'],
    ['Accept-Encoding', 'br'],
  )
  const head = fc
    .tuple(fc.array(line, { maxLength: 4 }), fc.constantFrom(friend, stranger))
    .map(([lines, peer]) => requestOf(lines.flat(), { peer }))
  const policy = fc.constantFrom(
    cacheOf(),
    perSession,
    shared,
    byToken,
    cacheOf({
      key: keyPolicy({ headers: ['x-tenant', 'x-original-url', 'authorization', 'accept-encoding'] }),
      scope: 'shared',
    }),
  )

  /** What of the forwarded request can select another answer: all but addresses and Accept-Encoding, which is left to Vary. */
  function selecting(request: RequestHead, cache: CachePolicy): string {
    const sent = new Fields(originFields({ head: request, cache, conditional: [], host: 'origin' }))
    const names = [...new Set(sent.names)]
      .sort()
      .filter((name) => name !== 'x-forwarded-for' && name !== 'x-tenant' && name !== 'accept-encoding')
    const keyed = cache.key.headers.filter((name) => sent.has(name))
    return JSON.stringify([...names, ...keyed].map((name) => [name, sent.get(name)]))
  }

  test('must be forwarded alike: what is forwarded is keyed', () => {
    fc.assert(
      fc.property(head, head, policy, (a, b, cache) => {
        if (keyOf(a, cache) === keyOf(b, cache)) expect(selecting(a, cache)).toBe(selecting(b, cache))
      }),
      { numRuns: 5000 },
    )
  })
})
