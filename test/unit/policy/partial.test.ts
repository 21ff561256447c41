// Parts of a representation: what of them is stored, answers, and fits together.
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import type { ContentPart, StoredResponse } from '../../../src/policy/entry.ts'
import { combineParts, holdsAnswer, partOf, restOf } from '../../../src/policy/partial.ts'
import { selectResponse } from '../../../src/policy/select-response.ts'
import { answerOf, entryOf, requestOf } from './requests.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes)

/** Bytes first to last of '0123456789'. */
function part(first: number, last: number, over: Partial<StoredResponse> = {}): StoredResponse {
  const raw = ['ETag', '"a"', 'Content-Range', `bytes ${first}-${last}/10`, 'Test', `${first}`]
  return entryOf({
    status: 206,
    fields: new Fields(raw),
    body: encode('0123456789'.slice(first, last + 1)),
    part: { first, last, lengthBytes: 10 },
    etag: '"a"',
    ...over,
  })
}

describe('the part that a 206 carries', () => {
  test.each<[string, number, string[], ContentPart | null]>([
    ['is where it says', 206, ['Content-Range', 'bytes 4-8/10'], { first: 4, last: 8, lengthBytes: 10 }],
    [
      'is as long as it says',
      206,
      ['Content-Range', 'bytes 4-8/10', 'Content-Length', '5'],
      { first: 4, last: 8, lengthBytes: 10 },
    ],
    [
      'is not known where its length is another',
      206,
      ['Content-Range', 'bytes 4-9/10', 'Content-Length', '5'],
      null,
    ],
    ['is not known without Content-Range: several parts', 206, [], null],
    ['is not known in another unit', 206, ['Content-Range', 'lines 4-8/10'], null],
    ['is not known in a representation of open length', 206, ['Content-Range', 'bytes 4-8/*'], null],
    ['is not known beyond the end', 206, ['Content-Range', 'bytes 4-10/10'], null],
    ['is not known where it ends before it begins', 206, ['Content-Range', 'bytes 8-4/10'], null],
    [
      'is not known where it is stated twice',
      206,
      ['Content-Range', 'bytes 0-1/10', 'Content-Range', 'bytes 0-1/10'],
      null,
    ],
    ['is none of a 200', 200, ['Content-Range', 'bytes 4-8/10'], null],
  ])('%s', (_, status, fields, expected) => {
    expect(partOf(answerOf(status, fields))).toEqual(expected)
  })
})

describe('a stored part (RFC 9111 §3.3)', () => {
  test.each<[string, string[], string | null]>([
    ['must not answer for the whole', [], null],
    ['may answer a range within it', ['Range', 'bytes=5-6'], '56'],
    ['may answer for exactly itself', ['Range', 'bytes=4-9'], '456789'],
    ['may answer a range to the end that it holds', ['Range', 'bytes=6-'], '6789'],
    ['may answer a suffix that it holds', ['Range', 'bytes=-1'], '9'],
    ['must not answer a range that begins before it', ['Range', 'bytes=3-5'], null],
    ['must not answer several ranges', ['Range', 'bytes=4-5,8-9'], null],
    ['must not say that a range is not satisfiable', ['Range', 'bytes=10-'], null],
    ['may answer where If-Range names it', ['Range', 'bytes=5-6', 'If-Range', '"a"'], '56'],
    ['must not answer where If-Range names another', ['Range', 'bytes=5-6', 'If-Range', '"b"'], null],
  ])('%s', (_, fields, expected) => {
    const request = requestOf(fields)
    const held = holdsAnswer(part(4, 9), request)
    expect(held ? decode(selectResponse(part(4, 9), request, 0).body) : null).toBe(expected)
  })

  test('must be answered with its place in the whole', () => {
    const { status, fields } = selectResponse(part(4, 8), requestOf(['Range', 'bytes=6-7']), 0)
    expect(status).toBe(206)
    expect(new Fields(fields).get('content-range')).toBe('bytes 6-7/10')
    expect(new Fields(fields).get('content-length')).toBe('2')
  })

  test.each<[string, StoredResponse, readonly string[] | null]>([
    ['what comes after it', part(0, 4), ['Range', 'bytes=5-', 'If-Range', '"a"']],
    ['what comes before it', part(5, 9), ['Range', 'bytes=0-4', 'If-Range', '"a"']],
    ['nothing where it lacks two ranges', part(2, 4), null],
    ['nothing where it has a weak tag', part(0, 4, { etag: 'W/"a"' }), null],
    ['nothing where it has no tag', part(0, 4, { etag: null }), null],
  ])('is completed by %s', (_, stored, expected) => {
    expect(restOf(stored)).toEqual(expected)
  })
})

describe('two parts (RFC 9111 §3.4)', () => {
  test.each<[string, StoredResponse, StoredResponse, string | null]>([
    ['make the whole', part(0, 4), part(5, 9), '0123456789'],
    ['make the whole in either order', part(5, 9), part(0, 4), '0123456789'],
    ['may overlap', part(0, 6), part(3, 9), '0123456789'],
    ['may make a larger part', part(2, 4), part(5, 7), '234567'],
    ['must not leave a gap', part(0, 3), part(5, 9), null],
    ['must not have other tags', part(0, 4), part(5, 9, { etag: '"b"' }), null],
    ['must not have weak tags', part(0, 4, { etag: 'W/"a"' }), part(5, 9, { etag: 'W/"a"' }), null],
    ['must not be without tags', part(0, 4, { etag: null }), part(5, 9, { etag: null }), null],
    [
      'must not be of other lengths',
      part(0, 4),
      part(5, 9, { part: { first: 5, last: 9, lengthBytes: 11 } }),
      null,
    ],
  ])('%s', (_, earlier, later, expected) => {
    expect(decode(combineParts(earlier, later)?.body ?? null)).toBe(expected)
  })

  test('become a 200 with the fields of the later one and the length of the whole', () => {
    const whole = combineParts(part(0, 4), part(5, 9))
    expect(whole).toMatchObject({ status: 200, part: null })
    expect(whole?.fields.raw).toEqual(['ETag', '"a"', 'Test', '5', 'Content-Length', '10'])
  })

  test('become a part with its own place where something lacks', () => {
    expect(combineParts(part(2, 4), part(5, 7))).toMatchObject({
      status: 206,
      part: { first: 2, last: 7, lengthBytes: 10 },
    })
  })
})
