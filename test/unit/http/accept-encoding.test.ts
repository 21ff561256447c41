import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseAcceptEncoding } from '../../../src/http/accept-encoding.ts'
import { normaliseAcceptLanguage } from '../../../src/http/accept-language.ts'

describe('the normal form of Accept-Encoding', () => {
  test.each([
    [undefined, ''],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip, deflate, br, zstd', 'zstd, br, gzip, deflate'],
    ['GZIP;Q=0.8 , br ; q=1.0', 'br, gzip'],
    ['x-gzip', 'gzip'],
    ['compress, sdch', 'identity'],
    ['gzip;q=0, br', 'br'],
    ['*', 'zstd, br, gzip, deflate'],
    ['*;q=0.1, gzip;q=0', 'zstd, br, deflate'],
    ['gzip, *;q=0', 'gzip, identity;q=0'],
    ['gzip, identity;q=0', 'gzip, identity;q=0'],
    ['*;q=0', 'identity;q=0'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.5, identity;q=0.5, br;q=0.4', 'gzip'],
    ['gzip;q=2, br;q=x, deflate', 'deflate'],
  ])('of %j must be %j (RFC 9110 §12.5.3)', (value, expected) => {
    expect(normaliseAcceptEncoding(value)).toBe(expected)
  })

  test('must be stable when formed again', () => {
    const member = fc
      .tuple(
        fc.constantFrom('gzip', 'br', 'zstd', 'deflate', 'identity', '*', 'x'),
        fc.constantFrom('', ';q=0', ';q=0.5', ';q=1'),
      )
      .map((pair) => pair.join(''))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(member).map((all) => all.join(',')),
        ),
        (value) => {
          const normal = normaliseAcceptEncoding(value)
          expect(normaliseAcceptEncoding(normal)).toBe(normal)
        },
      ),
    )
  })
})

describe('the normal form of Accept-Language', () => {
  test.each([
    ['en, de', 'de,en'],
    ['de , EN', 'de,en'],
    ['fr;q=0.5, de;q=1.0', 'de,fr;q=0.5'],
    ['en;q=0.500, *;q=0', 'en;q=0.5,*;q=0'],
    ['en;level=1', null],
    ['', ''],
  ])('of %j must be %j (RFC 9110 §12.5.4)', (value, expected) => {
    expect(normaliseAcceptLanguage(value)).toBe(expected)
  })
})
