// Validation: what is asked, and what a 304 or a HEAD changes (RFC 9111 §3.2, §4.3).
import { describe, expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import type { StoredResponse } from '../../../src/policy/entry.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'
import { judgeStorability } from '../../../src/policy/storability.ts'
import { conditionalFields, freshen, freshenByHead, type HeadEffect } from '../../../src/policy/validation.ts'
import { entry, fields, noon, policy, request, response, secondMs } from './time-samples.ts'

const later = noon + 90 * secondMs
const times = { requestAt: later - 1 * secondMs, responseAt: later }
const DATE = `Date: ${formatHttpDate(later)}`
const modified = formatHttpDate(noon - 6000 * secondMs)

/** Stored at noon with these fields, and validators to match. */
function stored(lines: string[], differences: Partial<StoredResponse> = {}): StoredResponse {
  const all = fields([`Date: ${formatHttpDate(noon)}`, ...lines])
  return entry(
    {},
    {
      fields: all,
      etag: all.get('etag') ?? null,
      lastModified: all.get('last-modified') ?? null,
      ...differences,
    },
  )
}

const freshenWith = (
  held: StoredResponse,
  lines: string[],
  cache: Partial<CachePolicy> = {},
): StoredResponse | null => freshen(held, response(lines, 304), policy(cache), times, null)

describe('the precondition (RFC 9111 §4.3.1)', () => {
  test.each<[string, Partial<StoredResponse>, string[]]>([
    [
      'both validators must be sent',
      { etag: 'W/"a"', lastModified: modified },
      ['If-None-Match', 'W/"a"', 'If-Modified-Since', modified],
    ],
    ['a tag alone must be sent', { etag: '"a"' }, ['If-None-Match', '"a"']],
    ['a derived tag must not be sent', { etag: '"a"', derivedEtag: true }, []],
    ['no validator must be no precondition', {}, []],
  ])('%s', (_name, differences, expected) => {
    expect(conditionalFields(entry({}, differences))).toEqual(expected)
  })
})

describe('which 304 counts (RFC 9111 §4.3.4)', () => {
  test.each<[string, string[], string[], boolean]>([
    ['the same strong tag', ['ETag: "a"'], ['ETag: "a"'], true],
    ['another strong tag', ['ETag: "a"'], ['ETag: "b"'], false],
    ['a strong tag for a weak one', ['ETag: W/"a"'], ['ETag: "a"'], false],
    ['a weak tag for a strong one', ['ETag: "a"'], ['ETag: W/"a"'], true],
    ['another weak tag', ['ETag: W/"a"'], ['ETag: W/"b"'], false],
    ['the same tag without quotes', ['ETag: a'], ['ETag: a'], true],
    [
      'the same tag with another date',
      ['ETag: "a"', `Last-Modified: ${modified}`],
      ['ETag: "a"', DATE.replace('Date', 'Last-Modified')],
      true,
    ],
    [
      'another tag with the same date',
      ['ETag: "a"', `Last-Modified: ${modified}`],
      ['ETag: "b"', `Last-Modified: ${modified}`],
      false,
    ],
    ['the same date', [`Last-Modified: ${modified}`], [`Last-Modified: ${modified}`], true],
    ['another date', [`Last-Modified: ${modified}`], [DATE.replace('Date', 'Last-Modified')], false],
    [
      'the same date with a new tag',
      [`Last-Modified: ${modified}`],
      ['ETag: "b"', `Last-Modified: ${modified}`],
      true,
    ],
    ['no validator, since only one was asked about', ['ETag: "a"'], [], true],
  ])('%s', (_name, held, received, counts) => {
    expect(freshenWith(stored(held), received) !== null).toBe(counts)
  })
})

describe('what a 304 changes (RFC 9111 §3.2)', () => {
  test.each<[string, string, string, string | undefined]>([
    ['a field must be replaced', 'Test: 1', 'Test: 2', '2'],
    ['a field must be added', 'Other: 1', 'Test: 2', '2'],
    ['a field that the 304 lacks must stay', 'Test: 1', 'Other: 2', '1'],
    ['a cookie must not be stored', 'Other: 1', 'Set-Cookie: a=b', undefined],
    ['Age must not be stored', 'Other: 1', 'Age: 5', undefined],
  ])('%s', (_name, held, received, expected) => {
    const name = received.startsWith('Set') ? 'set-cookie' : received.startsWith('Age') ? 'age' : 'test'
    expect(freshenWith(stored(['ETag: "a"', held]), ['ETag: "a"', received])?.fields.get(name)).toBe(expected)
  })

  test('all lines of a name must be replaced', () => {
    const held = stored(['ETag: "a"', 'Test: 1', 'test: 2'])
    expect(freshenWith(held, ['Test: 3', 'Test: 4'])?.fields.all('test')).toEqual(['3', '4'])
  })

  test.each(['Content-Length', 'Content-Encoding', 'Content-Range', 'Content-MD5', 'Content-Digest'])(
    '%s must stay with the stored content',
    (name) => {
      const held = stored(['ETag: "a"', `${name}: 1`])
      expect(freshenWith(held, ['ETag: "a"', `${name}: 2`])?.fields.get(name.toLowerCase())).toBe('1')
    },
  )

  test.each(['Content-Type', 'Content-Location', 'Cache-Control', 'Expires', 'X-Frame-Options'])(
    '%s must be updated',
    (name) => {
      const held = stored(['ETag: "a"', `${name}: 1`])
      expect(freshenWith(held, ['ETag: "a"', `${name}: 2`])?.fields.get(name.toLowerCase())).toBe('2')
    },
  )

  test('the content must stay', () => {
    const held = stored(['ETag: "a"'])
    expect(freshenWith(held, [])).toMatchObject({ body: held.body, status: 200, statusText: 'OK' })
  })

  test('age must start anew from the 304', () => {
    expect(freshenWith(stored(['ETag: "a"']), [DATE])).toMatchObject({ ...times, initialAgeMs: secondMs })
    expect(freshenWith(stored(['ETag: "a"']), [DATE, 'Age: 30'])).toMatchObject({
      initialAgeMs: 31 * secondMs,
    })
  })

  test('a 304 without Date must be dated with its arrival (RFC 9110 §6.6.1)', () => {
    const entryAfter = freshenWith(stored(['ETag: "a"', 'Cache-Control: max-age=60']), [])
    expect(entryAfter?.fields.get('date')).toBe(formatHttpDate(later))
    expect(entryAfter?.initialAgeMs).toBe(secondMs)
  })

  test('freshness must be judged anew', () => {
    const held = stored(['ETag: "a"', 'Cache-Control: max-age=60'])
    expect(freshenWith(held, ['Cache-Control: max-age=9'])?.freshness.lifetimeMs).toBe(9000)
    expect(freshenWith(held, [])?.freshness.lifetimeMs).toBe(60_000)
    expect(freshenWith(stored(['ETag: "a"']), [], { ttlMs: 5 })?.freshness.source).toBe('ttl')
  })

  test('a token must bound it again', () => {
    const held = stored(['ETag: "a"', 'Cache-Control: max-age=60'])
    const result = freshen(held, response([], 304), policy(), times, later + 5000)
    expect(result?.freshness.lifetimeMs).toBe(5000 + secondMs)
  })

  test('fields that no-cache lists must be left out', () => {
    const held = stored(['ETag: "a"', 'A: 1'])
    expect(freshenWith(held, ['Cache-Control: max-age=9, no-cache="a"', 'A: 2'])?.fields.has('a')).toBe(false)
  })

  test('what Vary nominates must be what the caller found', () => {
    const vary = [{ name: 'accept', value: '*/*' }]
    const update = response(['Vary: Accept'], 304)
    expect(freshen(stored(['ETag: "a"']), update, policy(), times, null, vary)?.vary).toEqual(vary)
  })

  test('a derived tag must stay one, and must not pass for a tag of the origin', () => {
    const held = stored(['ETag: "d"'], { derivedEtag: true })
    expect(freshenWith(held, [])).toMatchObject({ etag: '"d"', derivedEtag: true })
    expect(freshenWith(held, ['ETag: "d"'])).toBeNull()
  })

  test('a 304 may forbid to keep it', () => {
    const result = freshenWith(stored(['ETag: "a"', 'Cache-Control: max-age=60']), [
      'Cache-Control: no-store',
    ])
    const verdict = judgeStorability({
      ...{ request: request(), credentialed: false, response: result ?? response([]), cache: policy() },
      ...{ initialAgeMs: 0, responseAt: later, tokenExpiresAt: null },
    })
    expect(verdict).toMatchObject({ kind: 'pass', reason: 'response-no-store' })
  })
})

describe('what a HEAD changes (RFC 9111 §4.3.5)', () => {
  const held = stored(['ETag: "a"', `Last-Modified: ${modified}`, 'Test: 1', 'Content-Length: 10'])
  const head = (lines: string[], status = 200, from = held): HeadEffect =>
    freshenByHead(from, response(lines, status), policy(), times, null)

  test.each<[string, string[], HeadEffect['kind']]>([
    [
      'the same validators and length must freshen',
      ['ETag: "a"', `Last-Modified: ${modified}`, 'Content-Length: 10'],
      'freshened',
    ],
    ['no validator and no length must freshen', [], 'freshened'],
    ['another tag must invalidate', ['ETag: "b"'], 'invalid'],
    ['a weak form of the tag must invalidate', ['ETag: W/"a"'], 'invalid'],
    ['another date must invalidate', ['ETag: "a"', DATE.replace('Date', 'Last-Modified')], 'invalid'],
    ['another length must invalidate', ['ETag: "a"', 'Content-Length: 11'], 'invalid'],
  ])('%s', (_name, lines, kind) => {
    expect(head(lines).kind).toBe(kind)
  })

  test('fields and freshness must be updated', () => {
    const effect = head(['Test: 2', 'Cache-Control: max-age=1000'])
    expect(effect.kind === 'freshened' && effect.entry.fields.get('test')).toBe('2')
    expect(effect.kind === 'freshened' && effect.entry.freshness.lifetimeMs).toBe(1_000_000)
  })

  test.each([304, 404, 410, 500])('status %i must change nothing', (status) => {
    expect(head(['ETag: "b"'], status).kind).toBe('unaffected')
  })

  test('a 200 must invalidate a stored error', () => {
    expect(head([], 200, stored([], { status: 404 })).kind).toBe('invalid')
  })

  test('a tag must invalidate what had none of its own', () => {
    expect(head(['ETag: "d"'], 200, stored([], { etag: '"d"', derivedEtag: true })).kind).toBe('invalid')
  })
})
