// Readers at their own pace: a slow one holds neither memory nor the others, and the origin waits for the fastest.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { openRequest, readAnswer } from '../kit/raw-client.ts'
import { type Sections, stage, until } from '../kit/weir.ts'

const mib = 1024 * 1024
const bodyBytes = 200 * mib
// What the kernel's buffers on both connections (which grow), node's and weir's may hold between origin and client.
const slackBytes = 32 * mib

/** Sends as fast as its connection takes it, and counts. */
function flood(bytes: number, declared: boolean) {
  const piece = Buffer.alloc(64 * 1024, 'x')
  let sent = 0
  const handler = (_: IncomingMessage, response: ServerResponse): void => {
    if (declared) response.setHeader('Content-Length', bytes)
    const send = (): void => {
      while (sent < bytes) {
        sent += piece.byteLength
        if (!response.write(piece)) return
      }
      response.end()
    }
    response.on('drain', send)
    send()
  }
  return { handler, sent: () => sent }
}

const routes: [string, boolean, Sections][] = [
  ['not cached', true, { routes: [] }],
  [
    'cached, too large by its length',
    true,
    { routes: [{ path: '/*', cache: '60s' }], cache: { maxEntry: '1MiB' } },
  ],
  [
    'cached, too large as it turns out',
    false,
    { routes: [{ path: '/*', cache: '60s' }], cache: { maxEntry: '1MiB' } },
  ],
]

test.each(routes)(
  '200 MiB through a reader that takes 20 in steps, on a route that is %s',
  async (_, declared, sections) => {
    const { handler, sent } = flood(bodyBytes, declared)
    const { weir, clock } = await stage(handler, sections)
    const response = await openRequest({ port: weir.port }).response
    response.on('error', () => undefined)
    let taken = 0
    for (let step = 1; step <= 20; step++) {
      await until(() => {
        taken += (response.read() as Buffer | null)?.byteLength ?? 0
        return taken >= step * mib
      })
      // What flows on its own flows now: nothing but the reader's own pace holds the origin back.
      for (let quiet = 0, before = sent(); quiet < 20; quiet++) {
        await new Promise((resolve) => setImmediate(resolve))
        if (sent() !== before) quiet = 0
        before = sent()
      }
      expect(sent() - taken).toBeLessThan(slackBytes)
      // Far longer than the origin may take for all of it: it is not the origin that is slow.
      clock.advance(100_000)
    }
    response.destroy()
    await until(() => weir.lines.length === 1)
    expect(weir.lines[0]).toMatchObject({ end: 'gone' })
  },
)

test('a reader that stands still does not hold the others of its key', async () => {
  const bytes = 24 * mib
  const { handler } = flood(bytes, false)
  const start = gate()
  const { weir, origin } = await stage(
    async (request, response) => {
      await start.opened
      handler(request, response)
    },
    { routes: [{ path: '/*', cache: '60s' }], cache: { maxEntry: '1MiB' } },
  )
  const still = openRequest({ port: weir.port })
  const quick = openRequest({ port: weir.port })
  await weir.arrivals(2)
  start.open()
  const stopped = await still.response
  stopped.on('error', () => undefined).pause()
  const answer = await readAnswer(await quick.response)
  expect(answer.complete).toBe(true)
  expect(answer.body.byteLength).toBe(bytes)
  expect(origin.requests).toHaveLength(1)
  // It fell too far behind to be given the rest: it must not look whole.
  await until(() => weir.lines.length === 2)
  expect(weir.lines.map(({ end }) => end).sort()).toEqual(['broken', 'whole'])
  const rest = readAnswer(stopped)
  stopped.resume()
  expect((await rest).complete).toBe(false)
})
