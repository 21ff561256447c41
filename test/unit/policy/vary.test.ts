import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import {
  matchesVary,
  normaliseFieldValue,
  sameVariant,
  selectVariant,
  variantKey,
  varyOf,
} from '../../../src/policy/vary.ts'
import { cacheOf, entryOf, keyPolicy } from './requests.ts'

const vary = (...values: string[]): Fields => new Fields(values.flatMap((value) => ['Vary', value]))
const request = (...raw: string[]): Fields => new Fields(raw)

describe('what Vary nominates', () => {
  test.each([
    ['nothing without Vary', new Fields([]), []],
    ['nothing with an empty one', vary('', ' ,'), []],
    ['each name once, in lower case and in order', vary('Foo, Bar', 'foo'), ['bar', 'foo']],
    ['not what the key holds', vary('Host, X-Forwarded-Host, Authorization, Cookie, X-Api-Key, X-Token'), []],
    ['not what is never forwarded', vary('Range, If-None-Match, TE, Connection, X-Original-URL'), []],
    ['nothing certain: *', vary('*'), 'any'],
    ['nothing certain: *, *', vary('*, *'), 'any'],
    ['nothing certain: * on a second line', vary('', '*'), 'any'],
    ['nothing certain: a name and *', vary('Foo, *'), 'any'],
    ['nothing certain: no field name', vary('Foo Bar'), 'any'],
    ['nothing certain: the address of the client', vary('X-Forwarded-For'), 'any'],
    ['nothing certain: Forwarded', vary('forwarded'), 'any'],
  ] as const)('%s (RFC 9111 §4.1)', (_, response, expected) => {
    const cache = cacheOf({ credentials: { headers: ['x-token'], cookies: 'all' } })
    const values = varyOf(response, request('Foo', '1'), cache)
    expect(values === 'any' ? values : values.map(({ name }) => name)).toEqual(expected)
  })

  test('must be told with the values of the request', () => {
    expect(
      varyOf(
        vary('foo, bar, accept-encoding'),
        request('Foo', '1', 'FOO', '2', 'Accept-Encoding', 'gzip, br'),
        cacheOf(),
      ),
    ).toEqual([
      { name: 'accept-encoding', value: 'br, gzip' },
      { name: 'bar', value: null },
      { name: 'foo', value: '1,2' },
    ])
  })

  test('may be an address that the route keys on', () => {
    expect(
      varyOf(
        vary('X-Forwarded-For'),
        request(),
        cacheOf({ key: keyPolicy({ headers: ['x-forwarded-for'] }) }),
      ),
    ).toEqual([])
  })

  test('must not be a value that Connection takes away', () => {
    expect(varyOf(vary('Foo'), request('Foo', '1', 'Connection', 'foo'), cacheOf())).toEqual([
      { name: 'foo', value: null },
    ])
  })
})

describe('a stored response with Vary', () => {
  const stored = (name: string, value: string): Fields => request(name, value)

  test.each([
    ['must match the same value', stored('Foo', '1'), request('foo', '1'), true],
    ['must not match another value', stored('Foo', '1'), request('Foo', '2'), false],
    ['must not match where the field is missing', stored('Foo', '1'), request(), false],
    ['must not match where the field is new', request(), request('Foo', ''), false],
    ['must match where both have no such field', request(), request('Other', '1'), true],
    ['may match combined lines', stored('Foo', '1, 2'), request('Foo', '1', 'Foo', '2'), true],
    ['may match other blanks in a list', stored('Foo', '1,2'), request('Foo', '1 ,  2 '), true],
    [
      'must not match other blanks in a quoted string',
      stored('Foo', '"1,2"'),
      request('Foo', '"1, 2"'),
      false,
    ],
    ['must not match another case', stored('Foo', 'a'), request('Foo', 'A'), false],
    [
      'must not match a field that Connection takes away',
      stored('Foo', '1'),
      request('Foo', '1', 'Connection', 'foo'),
      false,
    ],
  ])('%s (RFC 9111 §4.1)', (_, first, second, expected) => {
    const values = varyOf(vary('Foo'), first, cacheOf())
    if (values === 'any') throw new Error('no values')
    expect(matchesVary(values, second)).toBe(expected)
  })

  test.each([
    ['Accept-Language', 'en, de', 'DE,  en', true],
    ['Accept-Language', 'en, de;q=0.5', 'de, en;q=0.5', false],
    ['Accept-Encoding', 'gzip, br, sdch', 'br;q=1.0, gzip', true],
    ['Accept-Encoding', 'gzip', 'gzip, br', false],
    ['Accept-Encoding', 'gzip;q=0', 'gzip', false],
  ])('%s: %j and %j have one meaning: %j', (name, first, second, expected) => {
    const values = varyOf(vary(name), request(name, first), cacheOf())
    if (values === 'any') throw new Error('no values')
    expect(matchesVary(values, request(name, second))).toBe(expected)
  })
})

describe('selecting a variant', () => {
  const one = entryOf({ vary: [{ name: 'foo', value: '1' }] })
  const two = entryOf({ vary: [{ name: 'foo', value: '2' }] })
  const bare = entryOf()

  test('must take the newest that matches', () => {
    expect(selectVariant([two, one], request('Foo', '1'))).toBe(one)
    expect(selectVariant([bare, one], request('Foo', '1'))).toBe(bare)
    expect(selectVariant([one, bare], request('Foo', '1'))).toBe(one)
    expect(selectVariant([one, two], request())).toBeUndefined()
    expect(selectVariant([], request())).toBeUndefined()
  })

  test('must know which variants take the place of each other', () => {
    expect(sameVariant(one, entryOf({ vary: [{ name: 'foo', value: '1' }] }))).toBe(true)
    expect(sameVariant(one, two)).toBe(false)
    expect(sameVariant(one, bare)).toBe(false)
    expect(sameVariant(bare, one)).toBe(false)
  })

  test('must keep requests apart in flight as earlier answers did', () => {
    const key = (...raw: string[]): string => variantKey([one, two, bare], request(...raw))
    expect(key('Foo', '1')).toBe(key('foo', '1', 'Bar', '2'))
    expect(new Set([key('Foo', '1'), key('Foo', '2'), key('Foo', ''), key()]).size).toBe(4)
    expect(variantKey([bare], request('Foo', '1'))).toBe('')
  })
})

test('normal values must be stable when formed again', () => {
  const names = fc.constantFrom('accept-encoding', 'accept-language', 'foo')
  const values = fc.string({ unit: fc.constantFrom('gzip', 'en', ',', ' ', ';q=0.5', '"', '*', '\\') })
  fc.assert(
    fc.property(names, values, (name, value) => {
      const normal = normaliseFieldValue(name, value)
      expect(normaliseFieldValue(name, normal)).toBe(normal)
    }),
  )
})

describe('a response that varies by language', () => {
  const german = entryOf({
    vary: [{ name: 'accept-language', value: 'de,en' }],
    fields: new Fields(['Content-Language', 'DE']),
  })
  test.each([
    ['must answer the wishes it was fetched with', 'en, de', true],
    ['may answer a client that wants its language most', 'fr;q=0.5, de', true],
    ['must not where another language is wanted as much', 'fr, de', false],
    ['must not where another is wanted more', 'fr, de;q=0.9', false],
    ['must not where its language is refused', 'de;q=0', false],
    ['must not for any language', '*', false],
    ['must not for a dialect', 'de-AT', false],
    ['must not where a wish cannot be read', 'de, fr;q=x', false],
  ])('%s: %s', (_, value, selected) => {
    expect(selectVariant([german], request('Accept-Language', value)) === german).toBe(selected)
  })

  test('must not answer where it also varies by something else', () => {
    const other = entryOf({ ...german, vary: [...german.vary, { name: 'foo', value: '1' }] })
    expect(selectVariant([other], request('Accept-Language', 'de'))).toBeUndefined()
    expect(selectVariant([other], request('Accept-Language', 'de', 'Foo', '1'))).toBe(other)
  })
})
