import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { invalidatedBy, tagsOf } from '../../../src/policy/invalidated-targets.ts'
import { isInvalidated } from '../../../src/policy/invalidation.ts'
import type { InvalidationTemplate } from '../../../src/policy/route-policy.ts'
import { answerOf, requestOf } from './requests.ts'

interface Case {
  readonly method?: string
  readonly status?: number
  readonly answer?: readonly string[]
  readonly templates?: readonly InvalidationTemplate[]
}

function invalidated({ method = 'POST', status = 200, answer = [], templates = [] }: Case) {
  return invalidatedBy({
    request: requestOf([], { method, path: '/x/a', query: '?q' }),
    response: answerOf(status, answer),
    params: { id: '7', name: 'a$&b' },
    templates,
    pathMatcher: (pattern) => (path) => path.startsWith(pattern),
    uriOf: (path, query) => path + query,
  })
}

describe('an unsafe request must invalidate (RFC 9111 §4.4)', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'M-SEARCH'])('its own URI, as a %s', (method) => {
    expect(invalidated({ method })).toEqual({
      uris: new Set(['/x/a?q']),
      tags: new Set(['search:/x/a ']),
      paths: null,
    })
  })

  test.each([201, 204, 303, 399])('on status %d', (status) => {
    expect(invalidated({ status })).not.toBeNull()
  })

  test.each([100, 400, 404, 500])('nothing on status %d', (status) => {
    expect(invalidated({ status })).toBeNull()
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('nothing as a %s', (method) => {
    expect(invalidated({ method })).toBeNull()
  })

  test.each([
    ['Location', '/b?c#d', '/b?c'],
    ['Content-Location', 'b', '/x/b'],
    ['Location', '../b%7e', '/b~'],
    ['Location', 'HTTP://API.example:80/b', '/b'],
  ])('%s: %s', (name, value, expected) => {
    expect(invalidated({ answer: [name, value] })?.uris).toEqual(new Set(['/x/a?q', expected]))
  })

  test.each([
    'http://other.example/b',
    'https://api.example/b',
    '//other.example/b',
    'http://api.example:81/b',
    'http://[',
    'mailto:a@b',
    '/%00',
  ])('not the target %s, of another origin or of none', (value) => {
    expect(invalidated({ answer: ['Location', value] })?.uris).toEqual(new Set(['/x/a?q']))
  })

  test('the tags and paths of its route', () => {
    const by = invalidated({
      templates: [
        { kind: 'tag', template: 'accounts' },
        { kind: 'tag', template: 'account-:id/:name' },
        { kind: 'tag', template: 'other-:missing' },
        { kind: 'path', pattern: '/p' },
        { kind: 'path', pattern: '/r' },
      ],
    })
    expect([...(by?.tags ?? [])]).toEqual(expect.arrayContaining(['accounts', 'account-7/a$&b']))
    expect(by?.tags).not.toContain('other-')
    expect(['/p/1', '/r', '/q'].map((path) => by?.paths?.(path))).toEqual([true, true, false])
  })

  test('the groups that the origin names, of its own (RFC 9875 §3)', () => {
    const by = invalidated({ answer: ['Cache-Group-Invalidation', '"g"'] })
    if (by === null) throw new Error('nothing is invalidated')
    const grouped = (authority: string, group: string) => ({
      uri: '/u',
      path: '/u',
      tags: tagsOf(
        [],
        {},
        { site: requestOf([], { authority }), fields: answerOf(200, ['Cache-Groups', group]).fields },
      ),
    })
    expect(isInvalidated(grouped('api.example', '"f", "g"'), by)).toBe(true)
    expect(isInvalidated(grouped('api.example', '"f"'), by)).toBe(false)
    expect(isInvalidated(grouped('other.example', '"g"'), by)).toBe(false)
  })
})

test('a stored response must have the tags of its route, with the parameters of its path', () => {
  expect(tagsOf(['accounts', 'account-:id', 'x-:y'], { id: '7' })).toEqual(['accounts', 'account-7'])
  expect(tagsOf(['x-:constructor'], {})).toEqual([])
})

test('a response that answers several queries has a tag that a write to any of them names', () => {
  const site = requestOf([], { path: '/x/a', query: '?id=1&utm=2' })
  const tags = tagsOf([], {}, { site, fields: new Fields(['No-Vary-Search', 'params=("utm")']) })
  expect(tags).toEqual(['search:http://api.example/x/a '])
  expect(tagsOf([], {}, { site, fields: new Fields(['No-Vary-Search', 'params=utm']) })).toEqual([])
})
