import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  evaluatePreconditions,
  ifRangeMatches,
  parseEntityTag,
  parseEntityTagList,
} from '../../../src/http/conditional.ts'
import { Fields } from '../../../src/http/fields.ts'

const earlier = 'Sat, 01 Mar 2025 10:00:00 GMT'
const modified = 'Sat, 01 Mar 2025 11:00:00 GMT'
const dated = 'Sat, 01 Mar 2025 12:00:00 GMT'
const strong = { etag: '"a"', lastModified: modified, dateMs: Date.parse(dated) }
const weak = { ...strong, etag: 'W/"a"' }
const untagged = { ...strong, etag: null }
const bare = { etag: null, lastModified: null, dateMs: Date.parse(dated) }

describe('an entity tag', () => {
  test.each([
    ['"a"', { weak: false, opaque: '"a"' }],
    ['W/"a"', { weak: true, opaque: '"a"' }],
    ['""', { weak: false, opaque: '""' }],
    ['"a\\b,\u00fc"', { weak: false, opaque: '"a\\b,\u00fc"' }],
    ['w/"a"', null],
    ['a', null],
    ['"a', null],
    ['"a b"', null],
    ['"a""b"', null],
  ])('%j must be read as %j (RFC 9110 §8.8.3)', (text, expected) => {
    expect(parseEntityTag(text)).toEqual(expected)
  })

  test.each([
    ['*', '*'],
    ['"a", W/"b" ,"c,d"', ['"a"', '"b"', '"c,d"']],
    [', "a",,', ['"a"']],
    ['"a" "b"', null],
    ['"a", b', null],
    ['"a", *', null],
    ['', null],
  ])('the list %j must be read as %j', (text, expected) => {
    const tags = parseEntityTagList(text)
    expect(tags === null || tags === '*' ? tags : tags.map(({ opaque }) => opaque)).toEqual(expected)
  })

  test('must never make reading a list throw or hang', () => {
    const unit = fc.constantFrom('"', 'W/', ',', ' ', 'a', '*', '\t')
    fc.assert(fc.property(fc.string({ unit }), (text) => void parseEntityTagList(text)))
  })
})

describe('the preconditions of a GET', () => {
  test.each([
    ['none: proceed', [], strong, 'proceed'],
    ['If-None-Match, equal', ['If-None-Match', '"a"'], strong, 'not-modified'],
    ['If-None-Match, compared weakly (§13.1.2)', ['If-None-Match', 'W/"a"'], strong, 'not-modified'],
    ['If-None-Match against a weak tag', ['If-None-Match', '"a"'], weak, 'not-modified'],
    ['If-None-Match, one of a list', ['If-None-Match', '"x", "a"'], strong, 'not-modified'],
    [
      'If-None-Match, one of two lines',
      ['If-None-Match', '"x"', 'If-None-Match', '"a"'],
      strong,
      'not-modified',
    ],
    ['If-None-Match, another', ['If-None-Match', '"x"'], strong, 'proceed'],
    ['If-None-Match: *', ['If-None-Match', '*'], bare, 'not-modified'],
    ['If-None-Match without a tag to compare', ['If-None-Match', '"a"'], untagged, 'proceed'],
    ['If-None-Match, malformed', ['If-None-Match', 'a'], { ...strong, etag: 'a' }, 'proceed'],
    [
      'If-None-Match beats If-Modified-Since (§13.2.2)',
      ['If-None-Match', '"x"', 'If-Modified-Since', dated],
      strong,
      'proceed',
    ],
    ['If-Modified-Since, the same', ['If-Modified-Since', modified], strong, 'not-modified'],
    ['If-Modified-Since, later', ['If-Modified-Since', dated], strong, 'not-modified'],
    ['If-Modified-Since, earlier', ['If-Modified-Since', earlier], strong, 'proceed'],
    ['If-Modified-Since, no date (§13.1.3)', ['If-Modified-Since', 'now'], strong, 'proceed'],
    [
      'If-Modified-Since, compared with Date (RFC 9111 §4.3.2)',
      ['If-Modified-Since', dated],
      bare,
      'not-modified',
    ],
    ['If-Modified-Since, earlier than Date', ['If-Modified-Since', modified], bare, 'proceed'],
    [
      'If-Modified-Since against what is no date',
      ['If-Modified-Since', dated],
      { ...bare, lastModified: 'x' },
      'proceed',
    ],
    ['If-Match is not for caches (RFC 9111 §4.3.2)', ['If-Match', '"x"'], strong, 'proceed'],
    ['If-Unmodified-Since is not for caches', ['If-Unmodified-Since', earlier], strong, 'proceed'],
  ] as const)('%s', (_, raw, current, expected) => {
    expect(evaluatePreconditions(new Fields(raw), current, 'GET')).toBe(expected)
    expect(evaluatePreconditions(new Fields(raw), current, 'HEAD')).toBe(expected)
  })
})

describe('the preconditions of a PUT', () => {
  test.each([
    ['none: proceed', [], strong, 'proceed'],
    ['If-Match, equal', ['If-Match', '"x", "a"'], strong, 'proceed'],
    ['If-Match, another', ['If-Match', '"x"'], strong, 'failed'],
    ['If-Match, compared strongly (§13.1.1)', ['If-Match', 'W/"a"'], weak, 'failed'],
    ['If-Match, weak against a strong tag', ['If-Match', 'W/"a"'], strong, 'failed'],
    ['If-Match: *', ['If-Match', '*'], bare, 'proceed'],
    ['If-Match, malformed', ['If-Match', 'a'], strong, 'failed'],
    ['If-Unmodified-Since, the same', ['If-Unmodified-Since', modified], strong, 'proceed'],
    ['If-Unmodified-Since, earlier', ['If-Unmodified-Since', earlier], strong, 'failed'],
    [
      'If-Match beats If-Unmodified-Since (§13.2.2)',
      ['If-Match', '"a"', 'If-Unmodified-Since', earlier],
      strong,
      'proceed',
    ],
    ['If-Unmodified-Since, no date', ['If-Unmodified-Since', 'x'], strong, 'proceed'],
    ['If-None-Match: * with something there', ['If-None-Match', '*'], strong, 'failed'],
    ['If-Modified-Since is for GET and HEAD only (§13.1.3)', ['If-Modified-Since', dated], strong, 'proceed'],
  ] as const)('%s', (_, raw, current, expected) => {
    expect(evaluatePreconditions(new Fields(raw), current, 'PUT')).toBe(expected)
  })
})

describe('If-Range', () => {
  test.each([
    ['absent: a range may be sent', undefined, strong, true],
    ['must match strongly (§13.1.5)', '"a"', strong, true],
    ['must not match a weak tag', 'W/"a"', weak, false],
    ['must not match another tag', '"x"', strong, false],
    ['must not match without a tag', '"a"', untagged, false],
    ['may be the very date of a strong Last-Modified', modified, strong, true],
    ['must not be a later date', dated, strong, false],
    [
      'must not be a weak Last-Modified (§8.8.2.2)',
      modified,
      { ...strong, dateMs: Date.parse(modified) },
      false,
    ],
    ['must be a tag or a date', 'x', strong, false],
  ] as const)('%s', (_, value, current, expected) => {
    expect(ifRangeMatches(value, current)).toBe(expected)
  })
})
