// The metrics: that they count what happens, and that no traffic can make more of them.
import { Pool } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { cachingAll, stage, type TestWeir } from '../kit/weir.ts'

/** Series by name with labels. */
async function scrape(weir: TestWeir): Promise<ReadonlyMap<string, number>> {
  const { body, status } = await weir.manage('/metrics')
  expect(status).toBe(200)
  const lines = body
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

test('requests are counted by route, outcome and class of status, and by method', async () => {
  const { weir } = await stage((_, response) => void response.end('body'), cachingAll)
  await weir.get('/a')
  await weir.get('/a')
  await weir.request({ method: 'HEAD', path: '/a' })
  await weir.request({ method: 'BREW', path: '/a' })
  const series = await scrape(weir)
  expect(series.get('weir_requests_total{route="/*",cache="MISS",status="2xx"}')).toBe(1)
  expect(series.get('weir_requests_total{route="/*",cache="HIT",status="2xx"}')).toBe(2)
  expect(series.get('weir_requests_by_method_total{method="HEAD"}')).toBe(1)
  expect(series.get('weir_request_duration_seconds_count{route="/*",from="store"}')).toBe(2)
  expect(series.get('weir_origin_duration_seconds_count{route="/*"}')).toBe(1)
  expect(series.get('weir_saved_bytes_total{route="/*"}')).toBe(4)
  expect(series.get('weir_cache_entries')).toBe(1)
})

test('leaders and followers, retries, failures and queues are counted', async () => {
  const held = barrier()
  let asked = 0
  const { weir, clock } = await stage(
    {
      '/shared': async (_, response) => {
        await held.arrive()
        response.end()
      },
      '/reset': (request, response) => {
        asked += 1
        if (asked === 1) request.socket.destroy()
        else response.writeHead(500).end()
      },
    },
    {
      routes: [
        { path: '/reset', retry: { attempts: 1 }, classify: [{ class: 'mine', status: 418 }] },
        { path: '/*', cache: '60s', limits: { concurrency: 1 } },
      ],
    },
  )
  const together = Array.from({ length: 5 }, () => weir.get('/shared'))
  await weir.arrivals(5)
  await held.reached
  const other = weir.get('/other')
  await weir.arrivals(6)
  expect((await scrape(weir)).get('weir_route_queue{route="/*",state="waiting"}')).toBe(1)
  held.release()
  await Promise.all([...together, other])
  const retried = weir.get('/reset')
  while (asked < 2) {
    clock.advance(100)
    await weir.manage('/health/live')
  }
  await retried
  const series = await scrape(weir)
  expect(series.get('weir_coalesced_total{route="/*",role="leader"}')).toBe(2)
  expect(series.get('weir_coalesced_total{route="/*",role="follower"}')).toBe(4)
  expect(series.get('weir_origin_retries_total{reason="reset"}')).toBe(1)
  expect(series.get('weir_failures_total{route="/reset",class="status_5xx"}')).toBe(1)
  expect(series.get('weir_failures_total{route="/reset",class="mine"}')).toBe(0)
})

test('10,000 paths and 1,000 hostile field values leave the number of series as it was', async () => {
  const quiet = { ...cachingAll, log: { requests: 'none' } }
  const { weir, origin } = await stage((_, response) => void response.end(), quiet)
  const before = (await scrape(weir)).size
  const pool = new Pool(weir.url, { connections: 50 })
  onTestFinished(() => pool.destroy())
  const get = async (path: string, headers = {}, method = 'GET'): Promise<void> => {
    const { body } = await pool.request({ path, method, headers })
    await body.dump()
  }
  await Promise.all(Array.from({ length: 10_000 }, (_, index) => get(`/p/${index}?q=%22${index}`)))
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => {
      const value = `x${index}"} weir_fake 1 {a="\\`
      const names = ['User-Agent', 'X-Request-Id', 'Cache-Control', 'Authorization', 'traceparent']
      const fields = Object.fromEntries(names.map((name) => [name, value]))
      return get('/h', fields, index % 2 === 0 ? 'GET' : `M${index}`)
    }),
  )
  expect(origin.requests.length).toBeGreaterThan(10_000)
  expect((await scrape(weir)).size).toBe(before)
}, 120_000)
