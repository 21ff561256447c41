// The log: one line for each answer, which says which request it was, what came of it and where the time went.
import { describe, expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { cachingAll, stage, until } from '../kit/weir.ts'

const trusting = { ...cachingAll, listen: { trusted: ['127.0.0.1'] } }
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** What the origin received under a name. */
function received(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name)
}

describe('which request it was', () => {
  test('is made up for a stranger, and told to the origin', async () => {
    const { weir, origin } = await stage((_, response) => void response.end())
    await weir.get('/a', { 'X-Request-Id': 'mine', traceparent: 'nonsense', tracestate: 'a=b' })
    const { requestId, traceId } = weir.lines[0] as { requestId: string; traceId: string }
    const sent = origin.requests[0]?.rawHeaders ?? []
    expect(requestId).not.toBe('mine')
    expect(received(sent, 'x-request-id')).toEqual([requestId])
    expect(received(sent, 'traceparent')).toEqual([expect.stringContaining(traceId)])
    expect(received(sent, 'tracestate')).toEqual([])
  })

  test('is taken from a trusted peer, and its trace goes on', async () => {
    const { weir, origin } = await stage((_, response) => void response.end(), trusting)
    await weir.get('/a', { 'X-Request-Id': 'theirs', traceparent: parent, tracestate: 'a=b' })
    expect(weir.lines[0]).toMatchObject({ requestId: 'theirs', traceId: parent.slice(3, 35) })
    const sent = origin.requests[0]?.rawHeaders ?? []
    expect(received(sent, 'x-request-id')).toEqual(['theirs'])
    expect(received(sent, 'traceparent')).toEqual([parent])
    expect(received(sent, 'tracestate')).toEqual(['a=b'])
  })
})

describe('where the time went', () => {
  test('is told of the answer, of the origin and of the wait for a place', async () => {
    const first = barrier()
    const { weir, clock } = await stage(
      async (_, response) => {
        await first.arrive()
        clock.advance(30)
        response.write('a')
        await until(() => weir.lines.length > 0 || response.writableLength === 0)
        response.end()
      },
      { routes: [{ path: '/*', limits: { concurrency: 1 } }] },
    )
    const one = weir.get('/a')
    await first.reached
    const two = weir.get('/b')
    await weir.arrivals(2)
    clock.advance(100)
    first.release()
    await one
    await two
    expect(weir.lines.map(({ path, originMs, queuedMs }) => ({ path, originMs, queuedMs }))).toEqual([
      { path: '/a', originMs: 130, queuedMs: 0 },
      { path: '/b', originMs: 160, queuedMs: 130 },
    ])
    expect(weir.lines[1]).toMatchObject({ headMs: 160, attempts: 1, bytes: 1, cache: 'BYPASS' })
  })
})

describe('what is not written', () => {
  test('credentials, and values of parameters that are named secret', async () => {
    const { weir } = await stage((_, response) => void response.end())
    await weir.get('/a?page=2&access_token=hush', { Authorization: 'Bearer hush', Cookie: 'session=hush' })
    expect(JSON.stringify(weir.lines)).not.toContain('hush')
    expect(weir.lines[0]).toMatchObject({ path: '/a', query: '?page=2&access_token=[redacted]' })
  })

  test('plain hits, where problems are asked for', async () => {
    const { weir } = await stage((_, response) => void response.end(), {
      ...cachingAll,
      log: { requests: 'problems' },
    })
    await weir.get('/a')
    await weir.get('/a')
    expect(weir.lines.map(({ cache }) => cache)).toEqual(['MISS'])
  })
})

describe('the failure class', () => {
  const classify = [
    { class: 'model-cooldown', status: 429, pointer: '/error/code', equals: 'model_cooldown' },
    { class: 'unsupported-model', status: 400, contains: 'unsupported model' },
  ]

  test.each([
    ['by a pointer', 429, '{"error":{"code":"model_cooldown"}}', 'model-cooldown'],
    ['by a text', 400, 'an unsupported model', 'unsupported-model'],
    ['as a status, where no rule matches', 500, 'oops', 'status_5xx'],
    ['not at all, where nothing failed', 200, 'fine', null],
  ])('is told %s', async (_, status, body, failureClass) => {
    const { weir } = await stage((_, response) => void response.writeHead(status).end(body), {
      routes: [{ path: '/*', classify }],
    })
    await weir.get('/a')
    expect(weir.lines[0]).toMatchObject({ failureClass })
  })

  test('is that of RFC 9209 where there was no answer', async () => {
    const { weir } = await stage((request) => void request.socket.destroy(), {
      routes: [{ path: '/*', retry: { attempts: 0 } }],
    })
    await weir.get('/a')
    expect(weir.lines[0]).toMatchObject({ failureClass: 'connection_terminated', status: 502 })
  })
})
