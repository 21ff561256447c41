import { describe, expect, test } from 'vitest'
import type { RequestHead } from '../../../src/http/message.ts'
import { originFields } from '../../../src/policy/origin-fields.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'
import { cacheOf, friend, keyPolicy, requestOf } from './requests.ts'

const forwarding = [
  'X-Forwarded-For',
  '192.0.2.7',
  'X-Forwarded-Proto',
  'http',
  'X-Forwarded-Host',
  'api.example',
  'Via',
  '1.1 weir',
]

/** What the origin receives after Host, without what weir adds at the end. */
function sentOf(head: RequestHead, cache: CachePolicy | null): string[] {
  const sent = originFields({ head, cache, conditional: [], host: 'origin:80' })
  expect(sent.slice(0, 2)).toEqual(['Host', 'origin:80'])
  expect(sent.slice(-2)).toEqual(['Via', '1.1 weir'])
  return sent.slice(2, sent.lastIndexOf('X-Forwarded-For'))
}

describe('the origin must receive', () => {
  test('Host first and the forwarding fields last', () => {
    const head = requestOf(['A', '1', 'Host', 'x'])
    expect(originFields({ head, cache: null, conditional: ['If-None-Match', '"a"'], host: 'h' })).toEqual([
      ...['Host', 'h', 'A', '1', 'If-None-Match', '"a"'],
      ...forwarding,
    ])
  })

  test('the fields of a pass in their order and spelling, without framing, Expect and the connection', () => {
    const kept = [
      'x-B',
      '1',
      'Cookie',
      'a=1',
      'X-b',
      '2',
      'Authorization',
      'c',
      'If-None-Match',
      '"d"',
      'Range',
      'bytes=0-1',
    ]
    const dropped = [
      'Content-Length',
      '3',
      'Transfer-Encoding',
      'chunked',
      'Expect',
      '100-continue',
      'Connection',
      'e',
      'E',
      'f',
    ]
    expect(sentOf(requestOf([...dropped, ...kept, 'Via', '1.0 x']), null)).toEqual([...kept, 'Via', '1.0 x'])
  })

  test('the version that the client spoke in Via (RFC 9110 §7.6.3)', () => {
    const sent = originFields({
      head: requestOf([], { version: '1.0' }),
      cache: null,
      conditional: [],
      host: 'h',
    })
    expect(sent.slice(-2)).toEqual(['Via', '1.0 weir'])
  })

  test('nothing that a stranger says of the hops before or of another target', () => {
    const said = [
      ...[
        'X-Forwarded-For',
        '1',
        'X-Forwarded-Host',
        'evil',
        'X-Forwarded-Proto',
        'https',
        'X-Forwarded-Prefix',
        '/p',
      ],
      ...['Forwarded', 'host=evil', 'X-Real-IP', '1', 'X-Original-URL', '/x', 'X-Rewrite-URL', '/x'],
      ...['X-HTTP-Method-Override', 'PUT', 'X-HTTP-Method', 'PUT', 'X-Method-Override', 'PUT'],
    ]
    expect(originFields({ head: requestOf(said), cache: null, conditional: [], host: 'h' })).toEqual([
      'Host',
      'h',
      ...forwarding,
    ])
    expect(originFields({ head: requestOf(said), cache: cacheOf(), conditional: [], host: 'h' })).toEqual([
      'Host',
      'h',
      ...forwarding,
    ])
  })

  test('what a trusted peer says, and the peer at the end of its chain', () => {
    const said = [
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'public',
      'X-Original-URL',
      '/x',
      'X-Forwarded-For',
      '1, 2',
    ]
    const head = requestOf(said, { peer: friend })
    expect(originFields({ head, cache: cacheOf(), conditional: [], host: 'h' })).toEqual([
      ...['Host', 'h', ...said.slice(0, 6), 'X-Forwarded-For', '1, 2, 10.0.0.1', 'Via', '1.1 weir'],
    ])
  })

  test('a steering field of a stranger where the route keys on it, but none that weir sets', () => {
    const cache = cacheOf({ key: keyPolicy({ headers: ['x-original-url', 'x-forwarded-host'] }) })
    expect(sentOf(requestOf(['X-Original-URL', '/x', 'X-Forwarded-Host', 'evil']), cache)).toEqual([
      'X-Original-URL',
      '/x',
    ])
  })
})

describe('on a cacheable fetch the origin', () => {
  const credentials = ['Authorization', 'a', 'Cookie', 'session=1; x=2', 'X-Api-Key', 'k', 'X-Token', 't']

  test.each<[string, CachePolicy, string[]]>([
    ['must receive the credentials that are keyed', cacheOf(), credentials],
    ['must receive none on a shared route', cacheOf({ scope: 'shared' }), ['X-Token', 't']],
    [
      'must receive the named cookie only',
      cacheOf({ credentials: { headers: [], cookies: ['session'] } }),
      ['Cookie', 'session=1', 'X-Token', 't'],
    ],
    [
      'must receive no credential of the operator on a shared route',
      cacheOf({ scope: 'shared', credentials: { headers: ['x-token'], cookies: 'all' } }),
      [],
    ],
    [
      'must receive no Cookie without the named one',
      cacheOf({ credentials: { headers: ['x-token'], cookies: ['y'] } }),
      ['X-Token', 't'],
    ],
    [
      'must receive what the key names',
      cacheOf({ scope: 'shared', key: keyPolicy({ headers: ['cookie'] }) }),
      [...credentials.slice(2, 4), 'X-Token', 't'],
    ],
  ])('%s', (_, cache, expected) => {
    expect(sentOf(requestOf(credentials), cache)).toEqual(expected)
  })

  test('must be asked for the whole response', () => {
    const conditions = [
      'If-None-Match',
      '"a"',
      'If-Modified-Since',
      'x',
      'If-Match',
      '"a"',
      'If-Unmodified-Since',
      'x',
    ]
    expect(
      sentOf(requestOf([...conditions, 'Range', 'bytes=0-1', 'If-Range', '"a"', 'Accept', '*/*']), cacheOf()),
    ).toEqual(['Accept', '*/*'])
  })

  test('must receive Accept-Encoding in its normal form, once, and only where the client sent it', () => {
    expect(sentOf(requestOf(['accept-encoding', 'gzip', 'Accept-Encoding', 'br']), cacheOf())).toEqual([
      'Accept-Encoding',
      'br, gzip',
    ])
    expect(sentOf(requestOf(['Accept-Encoding', '']), cacheOf())).toEqual(['Accept-Encoding', 'identity'])
    expect(sentOf(requestOf([]), cacheOf())).toEqual([])
    expect(sentOf(requestOf(['Accept-Encoding', 'sdch']), null)).toEqual(['Accept-Encoding', 'sdch'])
  })

  test.each([
    ['no-cache', ['Cache-Control', 'no-cache']],
    ['only-if-cached', []],
    ['max-age=0, Only-If-Cached', ['Cache-Control', 'max-age=0']],
  ])('must receive of Cache-Control: %s what concerns it', (value, expected) => {
    expect(sentOf(requestOf(['Cache-Control', value]), cacheOf())).toEqual(expected)
  })
})
