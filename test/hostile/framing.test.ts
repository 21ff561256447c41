// Where a request ends (RFC 9112 §6): what could be read in two ways is refused, all else is framed anew.
import { describe, expect, test } from 'vitest'
import {
  arena,
  expectForwarded,
  expectRefused,
  forwarded,
  lines,
  next,
  nextForwarded,
  statuses,
} from './arena.ts'

const post = (...fields: readonly string[]): string => lines('POST /a HTTP/1.1', 'Host: x', ...fields, '')
const chunked = (content: string): string => post('Transfer-Encoding: chunked') + content
const whole = '5\r\nabcde\r\n0\r\n\r\n'

describe('must be refused, and nothing of it sent', () => {
  test.each([
    [
      'Content-Length before Transfer-Encoding (CL.TE)',
      post('Content-Length: 6', 'Transfer-Encoding: chunked') + '0\r\n\r\nX',
    ],
    [
      'Transfer-Encoding before Content-Length (TE.CL)',
      post('Transfer-Encoding: chunked', 'Content-Length: 4') + whole,
    ],
    ['Transfer-Encoding twice', post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + whole],
    [
      'Transfer-Encoding twice, one of them odd',
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: x') + whole,
    ],
    ['chunked, chunked', post('Transfer-Encoding: chunked, chunked') + whole],
    ['gzip, chunked', post('Transfer-Encoding: gzip, chunked') + whole],
    ['chunked, gzip', post('Transfer-Encoding: chunked, gzip') + whole],
    ['xchunked', post('Transfer-Encoding: xchunked') + whole],
    ['identity', post('Transfer-Encoding: identity', 'Content-Length: 5') + 'abcde'],
    ['an empty Transfer-Encoding', post('Transfer-Encoding:', 'Content-Length: 5') + 'abcde'],
    ['chunked behind a vertical tab', post('Transfer-Encoding: \x0bchunked') + whole],
    ['a quoted chunked', post('Transfer-Encoding: "chunked"') + whole],
    ['chunked in HTTP/1.0', lines('POST /a HTTP/1.0', 'Host: x', 'Transfer-Encoding: chunked', '') + whole],
    ['Content-Length twice, the same', post('Content-Length: 5', 'Content-Length: 5') + 'abcde'],
    ['Content-Length twice, not the same', post('Content-Length: 5', 'Content-Length: 0') + 'abcde'],
    ['a list as Content-Length', post('Content-Length: 5, 5') + 'abcde'],
    ['an empty Content-Length', post('Content-Length:') + 'abcde'],
    ['a Content-Length with a plus', post('Content-Length: +5') + 'abcde'],
    ['a Content-Length with a minus', post('Content-Length: -5') + 'abcde'],
    ['a hexadecimal Content-Length', post('Content-Length: 0x5') + 'abcde'],
    ['a Content-Length with an underscore', post('Content-Length: 1_0') + 'abcde'],
    ['a Content-Length with a blank within', post('Content-Length: 5 5') + 'abcde'],
    ['a Content-Length beyond 64 bits', post('Content-Length: 18446744073709551621') + 'abcde'],
    ['a Content-Length beyond what can be counted', post('Content-Length: 9007199254740993') + 'abcde'],
    ['a Content-Length with other digits', post('Content-Length: \xd9\xa5') + 'abcde'],
  ])('%s', async (_, bytes) => {
    await expectRefused(bytes, 400)
  })
})

describe('a head must be refused for', () => {
  test.each([
    ['a blank before the colon', post('Content-Length : 5') + 'abcde'],
    ['a tab before the colon', post('X-Odd\t: 1', 'Content-Length: 5') + 'abcde'],
    ['a folded line', post('X-Odd: 1', ' 2', 'Content-Length: 5') + 'abcde'],
    ['a folded Transfer-Encoding', post('Transfer-Encoding:', ' chunked') + whole],
    ['a blank before the first field', lines('GET /a HTTP/1.1', ' X: 1', 'Host: x', '')],
    ['bare LFs', 'GET /a HTTP/1.1\nHost: x\n\n'],
    ['one bare LF', 'GET /a HTTP/1.1\r\nX-One: 1\nHost: x\r\n\r\n'],
    ['a bare CR in a value', 'GET /a HTTP/1.1\r\nHost: x\r\nX-One: 1\rX-Two: 2\r\n\r\n'],
    ['a bare CR instead of a line end', 'GET /a HTTP/1.1\r\nHost: x\rX-Two: 2\r\n\r\n'],
    ['CR LF CR X at its end (CVE-2025-23167)', 'GET /a HTTP/1.1\r\nHost: x\r\n\rX: 1\r\n\r\n'],
    ['a NUL in a value', post('X-Odd: a\0b')],
    ['a NUL in a name', post('X-\0dd: a')],
    ['a control in a value', post('X-Odd: a\x01b')],
    ['DEL in a value', post('X-Odd: a\x7fb')],
    ['an empty name', post(': 1')],
    ['a line without a colon', post('Content-Length 5') + 'abcde'],
    ['a name in brackets', post('[X]: 1')],
    ['a name outside of ASCII', post('X-\xe9: 1')],
    ['a version that is none', lines('GET /a HTTP/1', 'Host: x', '')],
    ['a version in lower case', lines('GET /a http/1.1', 'Host: x', '')],
    ['a method that is none', lines('GE[T /a HTTP/1.1', 'Host: x', '')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS on a port that speaks none', '\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    await expectRefused(bytes, 400)
  })

  test.each([
    ['none', 'GET /a\r\nHost: x\r\n\r\n', [400, 505]],
    ['HTTP/0.9', lines('GET /a HTTP/0.9', 'Host: x', ''), [400, 505]],
    ['HTTP/1.2', lines('GET /a HTTP/1.2', 'Host: x', ''), [400, 505]],
    ['HTTP/2.0', lines('GET /a HTTP/2.0', 'Host: x', ''), [400, 505]],
  ])('the version %s', async (_, bytes, allowed) => {
    const { weir, received } = await arena()
    const answered = statuses(await (await weir.client(bytes)).closed)
    expect([answered.length, allowed.includes(answered[0]!), received()]).toEqual([1, true, ''])
  })
})

describe('chunked content must break off, and the origin never see it whole, with', () => {
  test.each([
    ['a bare LF after a size', '5\nabcde\r\n0\r\n\r\n'],
    ['a bare LF after an extension (CVE-2025-55315)', '5;a\nabcde\r\n0\r\n\r\n'],
    ['a bare CR in an extension', '5;a\rb\r\nabcde\r\n0\r\n\r\n'],
    ['a bare LF after a chunk', '5\r\nabcde\n0\r\n\r\n'],
    ['no CRLF after a chunk', '5\r\nabcde0\r\n\r\n'],
    ['one CRLF too many', '5\r\nabcde\r\n\r\n0\r\n\r\n'],
    ['a size in 0x', '0x5\r\nabcde\r\n0\r\n\r\n'],
    ['a size with a plus', '+5\r\nabcde\r\n0\r\n\r\n'],
    ['a size with a minus', '-5\r\nabcde\r\n0\r\n\r\n'],
    ['a size with an underscore', '0_5\r\nabcde\r\n0\r\n\r\n'],
    ['a blank before a size', ' 5\r\nabcde\r\n0\r\n\r\n'],
    ['a blank after a size', '5 \r\nabcde\r\n0\r\n\r\n'],
    ['an empty size', '\r\nabcde\r\n0\r\n\r\n'],
    ['a size beyond 64 bits', '10000000000000005\r\nabcde\r\n0\r\n\r\n'],
    ['a Content-Length in a trailer', '5\r\nabcde\r\n0\r\nContent-Length: 9\r\n\r\n'],
    ['a NUL in a trailer', '5\r\nabcde\r\n0\r\nX: \0\r\n\r\n'],
    ['a size of letters', 'xyz\r\nabcde\r\n0\r\n\r\n'],
  ])('%s', async (_, content) => {
    const { weir, requests } = await arena()
    const answer = await (await weir.client(chunked(content) + next)).closed
    expect([statuses(answer), requests]).toEqual([[400], []])
  })

  test('extensions beyond 16 KiB (CVE-2024-22019)', async () => {
    const { weir, requests } = await arena()
    const answer = await (
      await weir.client(chunked(`5;${'a'.repeat(17_000)}\r\nabcde\r\n0\r\n\r\n`) + next)
    ).closed
    expect([statuses(answer), requests]).toEqual([[413], []])
  })
})

describe('must be framed anew', () => {
  const seen = forwarded('POST /a', { body: 'abcde' })
  test.each([
    ['chunked content', chunked(whole)],
    [
      'chunked content with extensions, which are dropped',
      chunked('2;a=1\r\nab\r\n3;b="\t"\r\ncde\r\n0;c\r\n\r\n'),
    ],
    [
      'chunked content with trailers, which are dropped',
      chunked('5\r\nabcde\r\n0\r\nX-Trailer: 1\r\nHost: y\r\n\r\n'),
    ],
    ['CHUNKED in capitals', post('Transfer-Encoding: CHUNKED') + whole],
    ['a Content-Length with leading zeros', post('Content-Length: 005') + 'abcde'],
    ['a Content-Length with blanks around it', post('Content-Length: \t5 \t') + 'abcde'],
    [
      'an unknown field that looks like framing',
      post('Transfer_Encoding: chunked', 'Content-Length: 5') + 'abcde',
    ],
  ])('%s', async (_, bytes) => {
    const odd = bytes.includes('Transfer_Encoding')
    await expectForwarded(
      bytes,
      odd ? forwarded('POST /a', { fields: ['Transfer_Encoding: chunked'], body: 'abcde' }) : seen,
    )
  })

  test('content in pieces, each chunk with a size of its own', async () => {
    const { weir, requests, until } = await arena()
    const client = await weir.client(chunked('2;a\r\nab\r\n'))
    await until('2\r\nab')
    client.write('3;b\r\ncde\r\n0\r\nX-Trailer: 1\r\n\r\n')
    await client.until('ok')
    const [request] = requests
    expect(request).toMatch(/\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n$/)
    client.write(next)
    expect(statuses(await client.closed)).toEqual([200, 200])
    expect(requests[1]).toBe(nextForwarded)
  })

  test('empty lines ahead of a request, which are skipped (RFC 9112 §2.2)', async () => {
    await expectForwarded('\r\n\r\n' + lines('GET /a HTTP/1.1', 'Host: x', ''), forwarded('GET /a'))
  })

  test('a GET with content, which is not stored', async () => {
    const bytes = lines('GET /a HTTP/1.1', 'Host: x', 'Content-Length: 5', '') + 'abcde'
    await expectForwarded(bytes, forwarded('GET /a', { body: 'abcde' }))
  })
})

describe('content that breaks off must never make a whole request', () => {
  test.each([
    ['chunked, by a close', chunked('5\r\nabcde\r\n'), 'end'],
    ['chunked, by a reset', chunked('5\r\nabcde\r\n'), 'reset'],
    ['chunked, within a chunk', chunked('9\r\nabcde'), 'end'],
    ['with a length, by a close', post('Content-Length: 9') + 'abcde', 'end'],
    ['with a length, by a reset', post('Content-Length: 9') + 'abcde', 'reset'],
  ] as const)('%s', async (_, bytes, how) => {
    const { weir, requests, received, until } = await arena()
    const client = await weir.client(bytes)
    await until('abcde')
    if (how === 'end') client.socket.end()
    else client.reset()
    await weir.client(next).then((canary) => canary.closed)
    expect(requests).toEqual([nextForwarded])
    expect(received()).not.toContain('\r\n0\r\n')
  })
})
