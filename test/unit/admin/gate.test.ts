// Who may use the management listener.
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createGate } from '../../../src/admin/gate.ts'

type Headers = Record<string, string>

function verdict(token: string | null, headers: Headers, listenHost = '127.0.0.1'): number {
  const answer = createGate(token, listenHost)({ headers } as unknown as IncomingMessage)
  return answer.kind === 'open' ? 200 : answer.status
}

describe('with a token', () => {
  test.each<[string, Headers, number]>([
    ['the token opens', { host: 'any.test', authorization: 'Bearer secret' }, 200],
    ['none does not', { host: '127.0.0.1:9090' }, 401],
    ['another does not', { host: '127.0.0.1', authorization: 'Bearer wrong' }, 401],
    ['a longer one does not', { host: '127.0.0.1', authorization: 'Bearer secrets' }, 401],
    ['the bare token does not', { host: '127.0.0.1', authorization: 'secret' }, 401],
    ['another scheme does not', { host: '127.0.0.1', authorization: 'Basic secret' }, 401],
    [
      'a page of another origin does not, token or no',
      { host: 'a:1', origin: 'http://b:1', authorization: 'Bearer secret' },
      403,
    ],
    [
      'a page of its own origin does',
      { host: 'a:1', origin: 'http://a:1', authorization: 'Bearer secret' },
      200,
    ],
    [
      'a page of its own origin behind TLS does',
      { host: 'a', origin: 'https://a', authorization: 'Bearer secret' },
      200,
    ],
  ])('%s', (_, headers, expected) => {
    expect(verdict('secret', headers)).toBe(expected)
  })
})

describe('without a token', () => {
  test.each<[string, Headers, number]>([
    ['its own address opens', { host: '127.0.0.1:9090' }, 200],
    ['localhost opens', { host: 'localhost:9090' }, 200],
    ['in any case', { host: 'LocalHost' }, 200],
    ['the other loopback opens', { host: '[::1]:9090' }, 200],
    ['a name that somebody points at it does not', { host: 'evil.test:9090' }, 403],
    ['a name that begins like it does not', { host: 'localhost.evil.test' }, 403],
    ['no name does not', {}, 403],
    ['a page of another origin does not', { host: 'localhost:9090', origin: 'http://evil.test' }, 403],
    ['a page of another port does not', { host: 'localhost:9090', origin: 'http://localhost:3000' }, 403],
    ['a page without an origin does not', { host: 'localhost:9090', origin: 'null' }, 403],
  ])('%s', (_, headers, expected) => {
    expect(verdict(null, headers)).toBe(expected)
  })

  test('the name it listens on opens', () => {
    expect(verdict(null, { host: 'box.lan:9090' }, 'Box.lan')).toBe(200)
  })
})
