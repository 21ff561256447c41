import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import {
  connectionConflict,
  connectionNamed,
  endToEndRequest,
  endToEndResponse,
} from '../../../src/http/hop-by-hop.ts'

describe('the end-to-end fields of a request', () => {
  test('must not include those of the connection (RFC 9110 §7.6.1)', () => {
    const fields = new Fields([
      ...[
        'Connection',
        'close, X-Hop',
        'Keep-Alive',
        'timeout=5',
        'Proxy-Connection',
        'close',
        'TE',
        'trailers',
      ],
      ...['Trailer', 'X-T', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c', 'HTTP2-Settings', 'x'],
      ...['Proxy-Authorization', 'Basic x', 'x-hop', '1', 'Accept', '*/*', 'X-Other', '2'],
    ])
    expect(endToEndRequest(fields).raw).toEqual(['Accept', '*/*', 'X-Other', '2'])
  })

  test('must stay the same list where there is nothing to remove', () => {
    const fields = new Fields(['Accept', '*/*'])
    expect(endToEndRequest(fields)).toBe(fields)
  })

  test('must keep what Connection names where its loss would change the meaning', () => {
    const fields = new Fields([
      'Connection',
      'accept-language, content-type, range, a, cookie',
      'A',
      '1',
      'Range',
      'bytes=0-1',
    ])
    expect(endToEndRequest(fields).names).toEqual(['range'])
    expect([...connectionNamed(fields)]).toEqual(['a'])
  })
})

describe('Connection of a request', () => {
  test.each([
    ['close', null],
    ['keep-alive', null],
    ['Upgrade', null],
    ['close, Host', 'host'],
    ['AUTHORIZATION', 'authorization'],
    ['content-length', 'content-length'],
    ['transfer-encoding', 'transfer-encoding'],
    ['a ,\tcookie', 'cookie'],
    ['cache-control', 'cache-control'],
    ['x-forwarded-host', 'x-forwarded-host'],
  ])('%j conflicts: %j', (value, expected) => {
    expect(connectionConflict(new Fields(['Connection', value]))).toBe(expected)
  })

  test('conflicts also on a second line', () => {
    expect(connectionConflict(new Fields(['Connection', 'close', 'Connection', 'cookie']))).toBe('cookie')
  })
})

describe('the end-to-end fields of a response', () => {
  test('must not include those that Connection names', () => {
    const fields = new Fields([
      'Connection',
      'a, B',
      'a',
      '1',
      'b',
      '2',
      'c',
      '3',
      'Proxy-Authentication-Info',
      'x',
    ])
    expect(endToEndResponse(fields).raw).toEqual(['c', '3'])
  })

  test.each([
    'Cache-Control',
    'CDN-Cache-Control',
    'Set-Cookie',
    'Vary',
    'ETag',
    'Content-Type',
    'Access-Control-Allow-Origin',
  ])('must keep %s even where Connection names it', (name) => {
    expect(endToEndResponse(new Fields(['Connection', name, name, 'x'])).raw).toEqual([name, 'x'])
  })
})
