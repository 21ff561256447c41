// What a request's head may ask for.
import { describe, expect, test } from 'vitest'
import { checkHead } from '../../../src/guard/head-budget.ts'
import { Fields } from '../../../src/http/fields.ts'
import type { BodyFraming, RequestHead } from '../../../src/http/message.ts'
import type { LimitsPolicy } from '../../../src/policy/route-policy.ts'

const limits: LimitsPolicy = {
  bodyBytes: 1_000,
  urlBytes: 60,
  query: new Map([['limit', { max: 500 }]]),
  concurrency: null,
  queue: 0,
}

function head(path: string, query = '', body: BodyFraming = { kind: 'none' }): RequestHead {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'api.test',
    path,
    query,
    version: '1.1',
    fields: Fields.empty,
    body,
    peer: { address: '127.0.0.1', trusted: false },
  }
}

describe('must pass', () => {
  test.each([
    ['a plain request', head('/')],
    ['a target of the length allowed', head(`/${'a'.repeat(40)}`, `?${'b'.repeat(18)}`)],
    ['content of the length allowed', head('/', '', { kind: 'length', bytes: 1_000 })],
    ['chunked content, which is counted later', head('/', '', { kind: 'chunked' })],
    ['a parameter at its greatest', head('/', '?limit=500')],
    ['a parameter with a fraction', head('/', '?limit=499.5')],
    ['no parameter of that name', head('/', '?Limit=900&limits=900&a=limit')],
  ])('%s', (_name, request) => {
    expect(checkHead(request, limits)).toEqual({ kind: 'ok' })
  })

  test('anything, where there is no limit', () => {
    const open = { ...limits, bodyBytes: null, urlBytes: Infinity, query: new Map() }
    const request = head(`/${'a'.repeat(10_000)}`, '?limit=x&limit=y', { kind: 'length', bytes: 1e12 })
    expect(checkHead(request, open)).toEqual({ kind: 'ok' })
  })
})

describe('must be refused', () => {
  test.each([
    ['a target that is too long', head(`/${'a'.repeat(40)}`, `?${'b'.repeat(19)}`), 414, 'target-too-long'],
    ['content that is too long', head('/', '', { kind: 'length', bytes: 1_001 }), 413, 'body-too-large'],
    ['a parameter that is too large', head('/', '?a=1&limit=501'), 400, 'parameter-too-large'],
    ['a parameter just above, by a fraction', head('/', '?limit=500.01'), 400, 'parameter-too-large'],
    ['a parameter beyond all numbers', head('/', `?limit=${'9'.repeat(50)}`), 400, 'parameter-too-large'],
    ['a parameter given twice', head('/', '?limit=5&limit=900'), 400, 'parameter-twice'],
    ['a parameter given twice, once encoded', head('/', '?limit=5&%6Cimit=900'), 400, 'parameter-twice'],
    ['a parameter whose name is encoded', head('/', '?%6Cimit=900'), 400, 'parameter-too-large'],
    ['a value that is encoded', head('/', '?limit=%39%30%30'), 400, 'parameter-too-large'],
    ['no number', head('/', '?limit=all'), 400, 'parameter-not-a-number'],
    ['an empty value', head('/', '?limit='), 400, 'parameter-not-a-number'],
    ['no value', head('/', '?limit'), 400, 'parameter-not-a-number'],
    ['a negative number, which often means no limit', head('/', '?limit=-1'), 400, 'parameter-not-a-number'],
    ['an exponent', head('/', '?limit=9e9'), 400, 'parameter-not-a-number'],
    ['a second parameter behind a semicolon', head('/', '?limit=5;limit=900'), 400, 'parameter-not-a-number'],
    ['digits of another script', head('/', '?limit=%D9%A9%D9%A9%D9%A9'), 400, 'parameter-not-a-number'],
  ])('%s', (_name, request, status, reason) => {
    expect(checkHead(request, limits)).toMatchObject({ kind: 'refused', status, reason })
  })
})
