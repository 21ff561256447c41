// What is made of a request that node:http's parser has let pass, and what is refused.
import { expect, test } from 'vitest'
import { type ReadableRequest, readHead } from '../../../src/server/request-head.ts'

type Asked = Parameters<typeof read>[0]

function read({
  method = 'GET',
  url = '/',
  fields = ['Host', 'api.test'],
  httpVersion = '1.1',
  remoteAddress = '10.0.0.9',
} = {}): ReturnType<typeof readHead> {
  const request: ReadableRequest = { method, url, rawHeaders: fields, httpVersion, socket: { remoteAddress } }
  return readHead(request, { scheme: 'http', maxFields: 5, isTrusted: (address) => address === '10.0.0.1' })
}

const host = ['Host', 'api.test']

test('a plain request must come out as a head', () => {
  expect(read({ url: '/a%41?b=%7E#'.slice(0, -1), fields: [...host, 'X-A', '1'] })).toMatchObject({
    kind: 'ok',
    head: {
      method: 'GET',
      scheme: 'http',
      authority: 'api.test',
      path: '/aA',
      query: '?b=~',
      version: '1.1',
      body: { kind: 'none' },
      peer: { address: '10.0.0.9', trusted: false },
    },
  })
})

test.each<[string, Asked, object]>([
  [
    'the client’s address says whether it is trusted',
    { remoteAddress: '10.0.0.1' },
    { peer: { trusted: true } },
  ],
  [
    'a Host is compared in lower case (RFC 9110 §4.2.3)',
    { fields: ['Host', 'API.Test:8080'] },
    { authority: 'api.test:8080' },
  ],
  [
    'an absolute target beats Host (RFC 9112 §3.2.2)',
    { url: 'http://b.test/x', fields: host },
    { authority: 'b.test', path: '/x' },
  ],
  ['HTTP/1.0 is named', { httpVersion: '1.0' }, { version: '1.0' }],
  [
    'a length frames the content',
    { fields: [...host, 'Content-Length', '5'] },
    { body: { kind: 'length', bytes: 5 } },
  ],
  ['a length of 0 is no content', { fields: [...host, 'Content-Length', '0'] }, { body: { kind: 'none' } }],
  [
    'chunks frame the content',
    { fields: [...host, 'Transfer-Encoding', 'Chunked'] },
    { body: { kind: 'chunked' } },
  ],
  [
    'OPTIONS of a path is a request like others',
    { method: 'OPTIONS', url: '/x' },
    { method: 'OPTIONS', path: '/x' },
  ],
])('%s', (_, request, expected) => {
  expect(read(request)).toMatchObject({ kind: 'ok', head: expected })
})

test.each<[string, Asked, number, string]>([
  ['no Host (RFC 9112 §3.2)', { fields: [] }, 400, 'host'],
  ['an empty Host', { fields: ['Host', ''] }, 400, 'host'],
  ['a Host that is none', { fields: ['Host', 'a b'] }, 400, 'host'],
  ['a Host with a path', { fields: ['Host', 'a/b'] }, 400, 'host'],
  ['a Host with a user', { fields: ['Host', 'me@a'] }, 400, 'host'],
  ['two Hosts', { fields: [...host, ...host] }, 400, 'repeated-field'],
  [
    'two Hosts with an absolute target',
    { url: 'http://a/', fields: [...host, 'host', 'b'] },
    400,
    'repeated-field',
  ],
  [
    'two Authorizations',
    { fields: [...host, 'Authorization', 'a', 'authorization', 'b'] },
    400,
    'repeated-field',
  ],
  [
    'two lengths that agree',
    { fields: [...host, 'Content-Length', '5', 'Content-Length', '5'] },
    400,
    'repeated-field',
  ],
  [
    'length and chunks (RFC 9112 §6.1)',
    { fields: [...host, 'Content-Length', '5', 'Transfer-Encoding', 'chunked'] },
    400,
    'framing',
  ],
  ['a coding before the chunks', { fields: [...host, 'Transfer-Encoding', 'gzip, chunked'] }, 400, 'framing'],
  ['chunks twice', { fields: [...host, 'Transfer-Encoding', 'chunked, chunked'] }, 400, 'framing'],
  ['an unknown coding', { fields: [...host, 'Transfer-Encoding', 'xchunked'] }, 400, 'framing'],
  [
    'chunks in HTTP/1.0',
    { httpVersion: '1.0', fields: [...host, 'Transfer-Encoding', 'chunked'] },
    400,
    'framing',
  ],
  [
    'a Connection that names Host',
    { fields: [...host, 'Connection', 'close, Host'] },
    400,
    'connection-field',
  ],
  [
    'a Connection that names Content-Length',
    { fields: [...host, 'Connection', 'content-length'] },
    400,
    'connection-field',
  ],
  [
    'a Connection that names X-Forwarded-For',
    { fields: [...host, 'Connection', 'X-Forwarded-For'] },
    400,
    'connection-field',
  ],
  [
    'more fields than may be',
    { fields: [...host, ...Array.from({ length: 10 }, () => 'X')] },
    431,
    'too-many-fields',
  ],
  ['a dot segment', { url: '/a/../b' }, 400, 'target'],
  ['an encoded dot segment', { url: '/a/%2e%2e/b' }, 400, 'target'],
  ['an encoded NUL', { url: '/a%00' }, 400, 'target'],
  ['a target without a slash', { url: 'a' }, 400, 'target'],
  ['a target of another scheme', { url: 'ftp://a/' }, 400, 'target'],
  ['CONNECT', { method: 'CONNECT', url: 'a:443' }, 405, 'target'],
  ['TRACE', { method: 'TRACE' }, 405, 'trace'],
  ['OPTIONS *', { method: 'OPTIONS', url: '*' }, 501, 'asterisk-target'],
  ['a version that is none', { httpVersion: '1.2' }, 505, 'version'],
])('%s must be refused', (_, request, status, code) => {
  expect(read(request)).toMatchObject({ kind: 'refused', status, code })
})

test.each(['', '-1', '+1', '0x5', '1e3', '5 5', '5, 5', '5.0', '9007199254740993'])(
  'a length of "%s" must be refused (RFC 9112 §6.3)',
  (length) => {
    const verdict = read({ method: 'POST', fields: [...host, 'Content-Length', length] })
    expect(verdict).toMatchObject({ kind: 'refused', status: 400, code: 'framing' })
  },
)

test('a refusal must not repeat what the client sent', () => {
  const verdict = read({ url: '/secret/../x', fields: ['Host', 'secret secret'] })
  expect(JSON.stringify(verdict)).not.toContain('secret')
})
