// How a response is stored (RFC 9111 §3.1).
import { expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import type { StoredResponse } from '../../../src/policy/entry.ts'
import { storeResponse, type StoreInput } from '../../../src/policy/stored-response.ts'
import { entry, noon, response } from './time-samples.ts'

const DATE = `Date: ${formatHttpDate(noon)}`

function store(lines: string[], differences: Partial<StoreInput> = {}, status = 200): StoredResponse {
  const { key, labels, vary, freshness } = entry()
  return storeResponse({
    ...{
      key,
      labels,
      vary,
      freshness,
      response: response(lines, status),
      body: new Uint8Array(10),
      part: null,
    },
    ...{ requestAt: noon - 5, responseAt: noon, initialAgeMs: 5, withoutFields: [], derivedEtag: null },
    ...differences,
  })
}

const linesOf = ({ fields }: StoredResponse): string[] =>
  fields.names.map((_name, i) => `${fields.raw[2 * i] ?? ''}: ${fields.raw[2 * i + 1] ?? ''}`)

test.each<[string, string[], Partial<StoreInput>, string[]]>([
  [
    'fields must keep order, spelling and duplicates',
    [DATE, 'x-B: 1', 'Content-Length: 10', 'X-b: 2'],
    {},
    [DATE, 'x-B: 1', 'Content-Length: 10', 'X-b: 2'],
  ],
  ['Age must be left out', [DATE, 'Age: 5', 'Content-Length: 10'], {}, [DATE, 'Content-Length: 10']],
  [
    'listed fields must be left out (RFC 9111 §5.2.2.4)',
    [DATE, 'A: 1', 'a: 2', 'B: 3'],
    { withoutFields: ['a'] },
    [DATE, 'B: 3', 'Content-Length: 10'],
  ],
  [
    'a missing Date must be that of its arrival (RFC 9110 §6.6.1)',
    ['Content-Length: 10'],
    {},
    ['Content-Length: 10', DATE],
  ],
  ['a missing Content-Length must be added', [DATE], {}, [DATE, 'Content-Length: 10']],
  [
    'a wrong Content-Length must be replaced in its place',
    [DATE, 'Content-Length: 9', 'A: 1'],
    {},
    [DATE, 'Content-Length: 10', 'A: 1'],
  ],
  [
    'two Content-Length lines must become one',
    [DATE, 'Content-Length: 10', 'Content-Length: 10'],
    {},
    [DATE, 'Content-Length: 10'],
  ],
  [
    'a derived tag must be added where there is no validator',
    [DATE, 'Content-Length: 10'],
    { derivedEtag: '"d"' },
    [DATE, 'Content-Length: 10', 'ETag: "d"'],
  ],
  [
    'a derived tag must not be added beside an ETag',
    [DATE, 'ETag: "e"'],
    { derivedEtag: '"d"' },
    [DATE, 'ETag: "e"', 'Content-Length: 10'],
  ],
])('%s', (_name, lines, differences, expected) => {
  expect(linesOf(store(lines, differences))).toEqual(expected)
})

test('a 204 must have no Content-Length (RFC 9110 §8.6)', () => {
  expect(linesOf(store([DATE, 'Content-Length: 0'], { body: new Uint8Array(0) }, 204))).toEqual([DATE])
})

test.each<[string, string[], Partial<StoredResponse>]>([
  ['no validator must use the derived tag', [], { etag: '"d"', derivedEtag: true, lastModified: null }],
  ['an ETag must be kept as received', ['ETag: W/"e"'], { etag: 'W/"e"', derivedEtag: false }],
  ['the first of two ETags must count', ['ETag: "e"', 'ETag: "f"'], { etag: '"e"', derivedEtag: false }],
  ['an empty ETag must be none', ['ETag:'], { etag: '"d"', derivedEtag: true }],
  [
    'a Last-Modified must be kept as received',
    [`Last-Modified: ${formatHttpDate(noon)}`],
    { etag: null, derivedEtag: false, lastModified: formatHttpDate(noon) },
  ],
  [
    'a Last-Modified that is no date must be none',
    ['Last-Modified: x'],
    { etag: '"d"', derivedEtag: true, lastModified: null },
  ],
])('validators: %s', (_name, lines, expected) => {
  expect(store(lines, { derivedEtag: '"d"' })).toMatchObject(expected)
})

test('times, age and freshness must be kept as decided', () => {
  expect(store([])).toMatchObject({
    requestAt: noon - 5,
    responseAt: noon,
    initialAgeMs: 5,
    freshness: entry().freshness,
  })
})
