// In whatever way a run of a job ends, it is recorded, and nobody is blocked any longer.
import { expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../kit/manual-clock.ts'
import { scriptedOrigin } from '../kit/scripted-origin.ts'
import { rawStage, stage, startWeir, until } from '../kit/weir.ts'
import { collector, jobs, path, runsOf, trigger } from './collector.ts'

test('a client that leaves does not abort the run: others are still busy, and its end is recorded', async () => {
  const { handler, run } = collector()
  const { weir } = await stage(handler, jobs({ report: ['/stored'] }))
  const client = await weir.client(`POST ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await run(0).reached
  client.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  expect((await trigger(weir)).status).toBe(409)
  run(0).release()
  await until(() => weir.lines.some(({ msg }) => msg === 'job run'))
  expect((await runsOf(weir))[0]).toMatchObject({ state: 'answered', report: { stored: 2 } })
  run(1).release()
  expect((await trigger(weir)).status).toBe(200)
})

test('abortWithClient ends the run with the last client that waits for it', async () => {
  const { handler, run } = collector()
  const { weir, origin } = await stage(handler, jobs({ busy: 'join', abortWithClient: true }))
  const head = `POST ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`
  const one = await weir.client(head)
  await run(0).reached
  const two = await weir.client(head)
  await weir.arrivals(2)
  one.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  expect(await runsOf(weir)).toMatchObject([{ state: 'running' }])
  two.destroy()
  await until(() => weir.lines.some(({ msg }) => msg === 'job run'))
  expect(await runsOf(weir)).toMatchObject([{ state: 'aborted', status: null }])
  run(1).release()
  expect((await trigger(weir)).status).toBe(200)
  expect(origin.requests).toHaveLength(2)
})

test('a reset connection ends the run, and frees the job', async () => {
  let connections = 0
  const { weir } = await rawStage(async (connection) => {
    connections += 1
    await connection.until('\r\n\r\n')
    if (connections === 1) connection.reset()
    else connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  }, jobs({}))
  expect((await trigger(weir)).status).toBe(502)
  expect(await runsOf(weir)).toMatchObject([{ state: 'lost', failure: 'connection_terminated' }])
  expect((await trigger(weir)).status).toBe(200)
})

test('a broken answer ends the run, and frees the job', async () => {
  let connections = 0
  const { weir } = await rawStage(
    async (connection) => {
      connections += 1
      await connection.until('\r\n\r\n')
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${connections === 1 ? 3 : 2}\r\n\r\nok`)
      if (connections === 1) connection.socket.end()
    },
    jobs({ busy: 'join' }),
  )
  expect(
    await trigger(weir).then(
      ({ complete }) => complete,
      () => false,
    ),
  ).toBe(false)
  expect(await runsOf(weir)).toMatchObject([
    { state: 'lost', status: 200, failure: 'http_response_incomplete' },
  ])
  expect((await trigger(weir)).body.toString()).toBe('ok')
})

test('a timeout ends the run, and frees the job', async () => {
  const { handler, run } = collector()
  const { weir, clock } = await stage(handler, jobs({}, { timeouts: { firstByte: '5s' } }))
  const first = trigger(weir)
  await run(0).reached
  clock.advance(5000)
  expect((await first).status).toBe(504)
  expect(await runsOf(weir)).toMatchObject([{ state: 'lost', failure: 'http_response_timeout' }])
  run(1).release()
  expect((await trigger(weir)).status).toBe(200)
})

test('a run is renewed for as long as it lasts', async () => {
  const { handler, run } = collector()
  const { weir, clock } = await stage(handler, jobs({ lease: '1s' }, { timeouts: { firstByte: '60s' } }))
  const first = trigger(weir)
  await run(0).reached
  for (let i = 0; i < 50; i++) {
    clock.advance(300)
    expect((await trigger(weir)).status).toBe(409)
  }
  run(0).release()
  await first
  expect(await runsOf(weir)).toMatchObject([{ leaseLost: false }])
})

test('weir stops: a run whose client left may end in peace, and the next weir begins anew', async () => {
  const { handler, run } = collector()
  const origin = await scriptedOrigin(handler)
  onTestFinished(origin.close)
  const before = await startWeir(origin.url, jobs({}), { clock: manualClock() })
  const client = await before.client(`POST ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await run(0).reached
  client.destroy()
  await until(() => before.lines.some(({ end }) => end === 'gone'))
  const stopped = before.stop(10_000)
  run(0).release()
  await stopped
  expect(before.lines.find(({ msg }) => msg === 'job run')).toMatchObject({ state: 'answered' })
  const after = await startWeir(origin.url, jobs({}), { clock: manualClock() })
  run(1).release()
  expect((await trigger(after)).status).toBe(200)
})

test('weir stops and cannot wait: the run is given up, recorded, and holds nothing', async () => {
  const { handler, run } = collector()
  const { weir, clock } = await stage(handler, jobs({}))
  const client = await weir.client(`POST ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await run(0).reached
  const stopped = weir.stop(0)
  clock.advance(0)
  await until(
    () => client.socket.closed,
    () => clock.advance(1),
  )
  await until(
    () => weir.lines.some(({ msg }) => msg === 'job run'),
    () => clock.advance(1),
  )
  await stopped
  expect(weir.lines.find(({ msg }) => msg === 'job run')).toMatchObject({ state: 'lost' })
})
