// Cache-Control: odd values are read in their strictest sense, and nothing that restricts is ever overlooked.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseRequestDirectives,
  parseResponseDirectives,
  silentResponse,
  type RequestDirectives,
  type ResponseDirectives,
} from '../../../src/http/cache-control.ts'
import { Fields } from '../../../src/http/fields.ts'

const fromRequest = (...raw: string[]): RequestDirectives => parseRequestDirectives(new Fields(raw))

describe('responses', () => {
  test.each<[string, string, Partial<ResponseDirectives>]>([
    ['a plain max-age must be read in seconds', 'max-age=3600', { maxAge: 3600 }],
    ['a quoted max-age must be read like a plain one (RFC 9111 §5.2)', 'max-age="10"', { maxAge: 10 }],
    ['an escaped digit must be read as the digit', 'max-age="1\\0"', { maxAge: 10 }],
    ['leading zeros must not matter', 'max-age=003600', { maxAge: 3600 }],
    ['names must be read in any case', 'MaX-aGe=5, NO-STORE', { maxAge: 5, noStore: true }],
    ['2^31 must be kept (RFC 9111 §1.2.2)', 'max-age=2147483648', { maxAge: 2 ** 31 }],
    ['an overflowing max-age must be 2^31 (RFC 9111 §1.2.2)', 'max-age=99999999999', { maxAge: 2 ** 31 }],
    ['a number of a thousand digits must be 2^31', `max-age=${'9'.repeat(1000)}`, { maxAge: 2 ** 31 }],
    ['a negative max-age must mean stale (RFC 9111 §4.2.1)', 'max-age=-3600', { maxAge: 0 }],
    ['a fractional max-age must mean stale', 'max-age=1.5', { maxAge: 0 }],
    ['a max-age with letters must mean stale', 'max-age=3600a', { maxAge: 0 }],
    ['a single-quoted max-age must mean stale', "max-age='3600'", { maxAge: 0 }],
    ['a max-age without a value must mean stale', 'max-age', { maxAge: 0 }],
    ['an empty max-age must mean stale', 'max-age=', { maxAge: 0 }],
    ['an empty quoted max-age must mean stale', 'max-age=""', { maxAge: 0 }],
    ['a blank before the equals sign must mean stale', 'max-age =3600', { maxAge: 0 }],
    ['a blank after the equals sign must mean stale', 'max-age= 3600', { maxAge: 0 }],
    ['a max-age with a parameter must mean stale', 'max-age=3600;x=1', { maxAge: 0 }],
    ['an unclosed quote must mean stale', 'max-age="3600', { maxAge: 0 }],
    ['a digit that is not ASCII must mean stale', 'max-age=٣', { maxAge: 0 }],
    ['the smaller of two must count (RFC 9111 §4.2.1)', 'max-age=1800, max-age=1', { maxAge: 1 }],
    ['the smaller of two must count in any order', 'max-age=1, max-age=1800', { maxAge: 1 }],
    ['a malformed one of two must count', 'max-age=1800, max-age=x', { maxAge: 0 }],
    ['s-maxage must be read apart', 's-maxage=5, max-age=9', { sMaxage: 5, maxAge: 9 }],
    [
      'stale windows must be read (RFC 5861)',
      'stale-while-revalidate=30, stale-if-error=60',
      { staleWhileRevalidate: 30, staleIfError: 60 },
    ],
    ['a malformed stale window must be none', 'stale-if-error=x', { staleIfError: 0 }],
    ['empty members must be skipped', ' ,, max-age=7 ,\t, public,', { maxAge: 7, public: true }],
    ['what a quoted string holds must not count', 'ext="max-age=1, no-store", max-age=9', { maxAge: 9 }],
    ['an escaped quote must not close a string', 'ext="\\", no-store", max-age=9', { maxAge: 9 }],
    ['a quote that is never closed must not hide no-store', 'ext="a, no-store', { noStore: true }],
    ['a quoted no-store must count', '"no-store"', { noStore: true }],
    ['a no-store with a value must count', 'no-store=1', { noStore: true }],
    ['a no-store with a parameter must count', 'no-store;x', { noStore: true }],
    ['a no-store after rubbish must count', ';;@no-store foo', { noStore: true }],
    ['no-storeage must not count as no-store', 'no-storeage', {}],
    ['plain private must be unqualified', 'private', { private: true }],
    ['private with names must be qualified', 'private="A, b"', { privateFields: ['a', 'b'] }],
    ['an empty list must make private unqualified', 'private=""', { private: true }],
    ['a token must make private unqualified', 'private=foo', { private: true }],
    ['a malformed name must make private unqualified', 'private="a b"', { private: true }],
    ['no-cache with names must be qualified', 'no-cache="A,,b"', { noCacheFields: ['a', 'b'] }],
    ['a token must make no-cache unqualified', 'no-cache=foo', { noCache: true }],
    ['both forms must count', 'no-cache="a", no-cache', { noCache: true, noCacheFields: ['a'] }],
    [
      'all the flags must be read',
      'must-revalidate, proxy-revalidate, must-understand, immutable, no-transform, public',
      {
        mustRevalidate: true,
        proxyRevalidate: true,
        mustUnderstand: true,
        immutable: true,
        noTransform: true,
        public: true,
      },
    ],
    ['a malformed must-revalidate must count', 'must-revalidate;x', { mustRevalidate: true }],
    ['a malformed public must not count', 'public;x', {}],
    ['a malformed must-understand must not count', 'must-understand=1', {}],
    ['an unknown directive must be ignored (RFC 9111 §5.2.3)', 'foobar, max-age=3600', { maxAge: 3600 }],
  ])('%s', (_name, value, expected) => {
    expect(parseResponseDirectives(value)).toEqual({ ...silentResponse, ...expected })
  })

  test('no value must say nothing', () => {
    expect(parseResponseDirectives(undefined)).toBe(silentResponse)
  })

  test('no text may make the parser throw, or a number that is no number of seconds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), directiveSoup), (text) => {
        const { maxAge, sMaxage, staleWhileRevalidate, staleIfError } = parseResponseDirectives(text)
        for (const seconds of [maxAge, sMaxage, staleWhileRevalidate, staleIfError]) {
          if (seconds !== null)
            expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 2 ** 31).toBe(true)
        }
      }),
    )
  })

  test('case must not matter', () => {
    fc.assert(
      fc.property(directiveSoup, (text) => {
        expect(parseResponseDirectives(text.toUpperCase())).toEqual(parseResponseDirectives(text))
      }),
    )
  })

  test('a no-store or private among well-formed directives must always be seen', () => {
    const member = fc.constantFrom('max-age=1', 'public', 'a="b, c"', 'no-cache="x"', '', 'b="\\""')
    fc.assert(
      fc.property(
        fc.array(member),
        fc.array(member),
        fc.constantFrom('no-store', 'private'),
        (a, b, name) => {
          const read = parseResponseDirectives([...a, name, ...b].join(','))
          expect(read.noStore || read.private).toBe(true)
        },
      ),
    )
  })
})

describe('requests', () => {
  test.each<[string, string[], Partial<RequestDirectives>]>([
    [
      'all the directives must be read (RFC 9111 §5.2.1)',
      [
        'Cache-Control',
        'no-cache, no-store, only-if-cached, no-transform, max-age=1, min-fresh=2, max-stale=3',
      ],
      {
        noCache: true,
        noStore: true,
        onlyIfCached: true,
        noTransform: true,
        maxAge: 1,
        minFresh: 2,
        maxStale: 3,
      },
    ],
    ['max-stale without a value must be any', ['Cache-Control', 'max-stale'], { maxStale: Infinity }],
    ['a malformed max-stale must be none', ['Cache-Control', 'max-stale=x'], { maxStale: 0 }],
    ['a malformed max-age must be 0', ['Cache-Control', 'max-age=x'], { maxAge: 0 }],
    ['a malformed min-fresh must be ignored', ['Cache-Control', 'min-fresh=x'], {}],
    ['the larger min-fresh must count', ['Cache-Control', 'min-fresh=1, min-fresh=9'], { minFresh: 9 }],
    ['stale-if-error must be read (RFC 5861 §4)', ['Cache-Control', 'stale-if-error=9'], { staleIfError: 9 }],
    ['lines must be combined', ['cache-control', 'max-age=9', 'Cache-Control', 'max-age=4'], { maxAge: 4 }],
    ['Pragma must count alone (RFC 9111 §5.4)', ['Pragma', 'foo, No-Cache'], { noCache: true }],
    [
      'Pragma must not count beside Cache-Control',
      ['Pragma', 'no-cache', 'Cache-Control', 'max-age=5'],
      { maxAge: 5 },
    ],
    ['another Pragma must be ignored', ['Pragma', 'foo'], {}],
  ])('%s', (_name, raw, expected) => {
    expect(fromRequest(...raw)).toEqual({ ...fromRequest(), ...expected })
  })

  test('all requests without directives must share one frozen object', () => {
    expect(fromRequest('Accept', '*/*')).toBe(fromRequest())
    expect(Object.isFrozen(fromRequest())).toBe(true)
  })

  test('no text may make the parser throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), directiveSoup), (text) => {
        fromRequest('Cache-Control', text)
        fromRequest('Pragma', text)
      }),
    )
  })
})

const directiveSoup = fc
  .array(
    fc.constantFrom(
      ...[
        'max-age',
        's-maxage',
        'private',
        'no-cache',
        'no-store',
        'public',
        'x',
        '=',
        '"',
        '\\',
        ',',
        ' ',
        '9',
        ';',
      ],
    ),
  )
  .map((pieces) => pieces.join(''))
