// Damaged requests by the thousand: whatever comes, the origin sees whole requests or nothing, and weir goes on.
// FUZZ_RUNS sets how many; `npm run fuzz` takes its time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arena, lines, next, nextForwarded, statuses } from './arena.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 150)

const samples = [
  lines('GET /a?b=1 HTTP/1.1', 'Host: x', 'X-Odd: 1', ''),
  lines('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 5', '') + 'abcde',
  lines('POST /a HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked', '') +
    '3;e=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
  lines('GET http://y/a HTTP/1.1', 'Host: x', 'Connection: keep-alive, X-Hop', 'X-Hop: 1', ''),
]
const damage = fc.oneof(
  fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '0',
    '\x7f',
    '\xff',
    'Transfer-Encoding: chunked\r\n',
  ),
  fc.constantFrom(
    'Content-Length: 3\r\n',
    'Host: y\r\n',
    '%00',
    '../',
    '%2e%2e',
    '#',
    '\\',
    'GET /smuggled HTTP/1.1\r\n',
  ),
)
const attack = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(200), fc.nat(3), damage), { minLength: 1, maxLength: 3 }),
  )
  .map(([sample, wounds]) =>
    wounds.reduce(
      (text, [at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut),
      sample,
    ),
  )

test('damaged requests must reach the origin whole and framed by weir, or not at all', async () => {
  const { weir, requests } = await arena()
  await fc.assert(
    fc.asyncProperty(attack, async (bytes) => {
      const from = requests.length
      const client = await weir.client(bytes + next)
      client.socket.end()
      await client.closed
      for (const status of statuses(client.received())) expect(status < 500 || status === 505).toBe(true)
      for (const request of requests.slice(from)) {
        expect(request).toMatch(
          /^[A-Z-]+ \/[\x21-\x7e]* HTTP\/1\.1\r\nhost: [^\r\n]+\r\nconnection: keep-alive\r\n/,
        )
        expect(request.split('\r\n\r\n', 1)[0]).not.toContain('\0')
        expect(request.match(/^(?:content-length|transfer-encoding): /gim)?.length ?? 0).toBeLessThan(2)
      }
      const canary = await weir.client(next)
      expect(statuses(await canary.closed)).toEqual([200])
      expect(requests.at(-1)).toBe(nextForwarded)
    }),
    { numRuns: runs },
  )
}, 600_000)
