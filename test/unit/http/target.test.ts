import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasEncodedDelimiter, parseTarget } from '../../../src/http/target.ts'

function pathAndQuery(raw: string): string {
  const target = parseTarget('GET', raw)
  if (target.kind !== 'ok') throw new Error(`${raw}: ${target.kind}`)
  return target.path + target.query
}

describe('a target in origin-form', () => {
  test.each([
    ['stays as it is', '/a/b;c=1/d.e?x=1&y=[2]&z', '/a/b;c=1/d.e?x=1&y=[2]&z'],
    ['keeps empty segments', '//a//b/', '//a//b/'],
    ['must have unreserved characters decoded (RFC 3986 §6.2.2.2)', '/%41%7E%2d?%62=%5f', '/A~-?b=_'],
    ['must have other encodings in upper case (RFC 3986 §6.2.2.1)', '/%c3%a9?a=%3d%2f', '/%C3%A9?a=%3D%2F'],
    ['is decoded once only', '/%2541', '/%2541'],
    ['may hold dots that are no dot segments', '/.well-known/..a/a../...', '/.well-known/..a/a../...'],
    ['may hold dot segments in its query', '/a?b=/../c', '/a?b=/../c'],
    ['keeps an empty query', '/a?', '/a?'],
    ['keeps a second question mark', '/a?b?c', '/a?b?c'],
    ['keeps a query with a lone percent sign byte for byte', '/a?b=%a%41', '/a?b=%a%41'],
    ['may hold a lone percent sign in its query, as browsers send it', '/a?b=100%&c=%zz', '/a?b=100%&c=%zz'],
    ['may hold a backslash in its query, as browsers send it', '/a?b=c\\d', '/a?b=c\\d'],
  ])('%s', (_, raw, expected) => {
    expect(pathAndQuery(raw)).toBe(expected)
  })

  test.each([
    '/../a',
    '/%a%41',
    '/a/..',
    '/a/.',
    '/./a',
    '/a/%2e%2E/b',
    '/a/.%2e',
    '/a/..%2fb',
    '/a%2F..%2Fb',
    '/a%5c..%5cb',
    '/a/..;x=1/b',
    '/a\\b',
    '/a\\..\\b',
    '/a%00',
    '/a?b=%00',
    '/a#b',
    '/a b',
    '/a\tb',
    '/a\x7f',
    '/a\u00e9',
    '/a%',
    '/a%4',
    'a',
    '',
    '*',
    'ftp://host/a',
    'host:443',
  ])('%j must be refused', (raw) => {
    expect(parseTarget('GET', raw)).toMatchObject({ kind: 'refused', status: 400 })
  })
})

describe('other forms of a target', () => {
  test.each([
    ['http://Host.Example:80/a?b', { path: '/a', query: '?b', authority: 'host.example:80', scheme: 'http' }],
    ['HTTPS://host', { path: '/', query: '', authority: 'host', scheme: 'https' }],
    ['http://host?x', { path: '/', query: '?x', authority: 'host', scheme: 'http' }],
  ])('%s is taken apart (RFC 9112 §3.2.2)', (raw, expected) => {
    expect(parseTarget('GET', raw)).toEqual({ kind: 'ok', ...expected })
  })

  test.each(['http:///a', 'http://user@host/', 'http://ho st/', 'http://host#a', 'http://a/../b'])(
    '%s must be refused',
    (raw) => {
      expect(parseTarget('GET', raw).kind).toBe('refused')
    },
  )

  test('the asterisk-form is for OPTIONS only (RFC 9112 §3.2.4)', () => {
    expect(parseTarget('OPTIONS', '*')).toEqual({ kind: 'asterisk' })
    expect(parseTarget('OPTIONS', 'http://host')).toEqual({ kind: 'asterisk' })
    expect(parseTarget('OPTIONS', '/*').kind).toBe('ok')
  })

  test('CONNECT must be answered with 405', () => {
    expect(parseTarget('CONNECT', 'host:443')).toMatchObject({ kind: 'refused', status: 405 })
  })
})

test('an encoded slash or backslash is found in any case, since the path is normalised first', () => {
  expect(hasEncodedDelimiter(pathAndQuery('/a%2fb'))).toBe(true)
  expect(hasEncodedDelimiter(pathAndQuery('/a%5Cb'))).toBe(true)
  expect(hasEncodedDelimiter(pathAndQuery('/a%252Fb'))).toBe(false)
})

describe('any target', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '%2e',
    '%2F',
    '%5c',
    '%41',
    '%c3',
    '%',
    ';',
    '?',
    'a',
    '\\',
    '//',
    '&',
  )
  const targets = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((pieces) => `/${pieces.join('')}`),
  )

  test('must never throw, and must be stable when parsed again', () => {
    fc.assert(
      fc.property(targets, (raw) => {
        const target = parseTarget('GET', raw)
        if (target.kind !== 'ok') return
        const { path, query } = target
        expect(parseTarget('GET', path + query)).toEqual({
          kind: 'ok',
          path,
          query,
          authority: null,
          scheme: null,
        })
      }),
    )
  })

  test('must never leave a path that resolves to another one', () => {
    fc.assert(
      fc.property(targets, (raw) => {
        const target = parseTarget('GET', raw)
        if (target.kind !== 'ok') return
        const decoded = target.path.replaceAll('%2F', '/').replaceAll('%5C', '/').split('/')
        expect(decoded).not.toContain('..')
        expect(decoded).not.toContain('.')
      }),
    )
  })
})
