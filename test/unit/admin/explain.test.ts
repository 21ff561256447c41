// What explain says is what the data path then does, for made-up requests and states of the store.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explain, type Explanation } from '../../../src/admin/explain.ts'
import { Fields } from '../../../src/http/fields.ts'
import type { RequestHead } from '../../../src/http/message.ts'
import type { ExchangeRecord } from '../../../src/observe/record.ts'
import { forwardedOutcome } from '../../../src/policy/outcome.ts'
import { exchange } from '../../../src/proxy/exchange.ts'
import { manualClock } from '../../kit/manual-clock.ts'
import { createRoom, functionOrigin, RecordedReply } from '../../kit/room.ts'
import { turn } from '../../kit/barrier.ts'

const sections = {
  cache: { maxEntry: '1KiB' },
  defaults: { cache: { staleWhileRevalidate: '5s', staleIfError: '60s' } },
}

const routes = [
  { path: '/plain', cache: 'off' },
  { path: '/users/:id', methods: ['GET'], cache: { ttl: '10s', scope: 'user', tags: ['user-:id'] } },
  {
    path: '/list',
    methods: ['GET', 'HEAD'],
    cache: {
      ttl: '10s',
      refresh: { param: 'refresh' },
      key: { query: { ignore: ['utm_*'] }, headers: ['x-tenant'] },
    },
    limits: { query: { limit: { max: 50 } } },
  },
  { path: '/shared', cache: { ttl: '10s', scope: 'shared', statuses: { 404: '5s' } } },
  { path: '/origin/*', methods: ['GET'], cache: {} },
  { path: '/list', methods: ['POST'], invalidates: ['/list'] },
]

const head = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS'),
    path: fc.constantFrom(
      '/plain',
      '/users/7',
      '/users/8',
      '/list',
      '/list',
      '/shared',
      '/origin/a',
      '/none',
      '/origin/a%2Fb',
    ),
    query: fc.constantFrom(
      '',
      '',
      '?utm_source=x',
      '?limit=10',
      '?limit=99',
      '?limit=a',
      '?refresh=1',
      '?refresh=0',
    ),
    fields: fc.subarray(
      [
        ['Authorization', 'Bearer one'],
        ['Cookie', 'session=1'],
        ['Cache-Control', 'no-cache'],
        ['Cache-Control', 'max-age=2'],
        ['Cache-Control', 'max-stale=30'],
        ['Cache-Control', 'min-fresh=8'],
        ['Cache-Control', 'no-store'],
        ['Cache-Control', 'only-if-cached'],
        ['Accept-Language', 'de'],
        ['X-Tenant', 'a'],
        ['Range', 'bytes=0-1'],
        ['If-None-Match', '"1"'],
      ] as const,
      { maxLength: 3 },
    ),
  })
  .map(({ fields, ...rest }): RequestHead => ({
    ...rest,
    scheme: 'http',
    authority: 'api.example',
    version: '1.1',
    fields: new Fields(fields.flat()),
    body: { kind: 'none' },
    peer: { address: '192.0.2.1', trusted: false },
  }))

const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 404, 500),
  fields: fc
    .subarray(
      [
        ['Cache-Control', 'max-age=20'],
        ['Cache-Control', 'private'],
        ['Cache-Control', 'no-cache'],
        ['Cache-Control', 'must-revalidate'],
        ['ETag', '"1"'],
        ['Set-Cookie', 'a=b'],
        ['Vary', 'Accept-Language'],
        ['Vary', '*'],
      ] as const,
      { maxLength: 2 },
    )
    .map((fields) => fields.flat()),
  bytes: fc.constantFrom(0, 10, 2000),
})

const step = fc.record({ head, answer, laterMs: fc.constantFrom(0, 0, 1000, 4000, 12_000) })

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Where the data path's account contradicts the explanation; null: nowhere. */
function contradiction(
  { verdict }: Explanation,
  { outcome, status }: ExchangeRecord,
  asked: boolean,
): string | null {
  const said = `${verdict.cache} ${verdict.reason}`
  const did = `${outcome.cache} ${outcome.reason} ${status}`
  const fails = (condition: boolean): string | null => (condition ? null : `said ${said}, did ${did}`)
  switch (verdict.cache) {
    case 'REFUSED':
      return fails(!asked && outcome.cache === 'BYPASS' && outcome.reason === verdict.reason && status >= 400)
    case 'HIT':
      return fails(!asked && outcome.cache === 'HIT' && outcome.reason === verdict.reason)
    case 'STALE':
      return fails(outcome.cache === 'STALE' && outcome.reason === verdict.reason)
    case 'BYPASS':
      return fails(asked && outcome.cache === 'BYPASS' && outcome.reason === verdict.reason)
    case 'MISS': {
      const { reason } = verdict
      const { forwarded } = forwardedOutcome({
        cache: 'MISS',
        reason,
        forwardedFor: reason,
        forwardStatus: null,
        stored: false,
        collapsed: false,
      })
      return fails(
        asked && ['MISS', 'REVALIDATED', 'STALE'].includes(outcome.cache) && outcome.forwarded === forwarded,
      )
    }
  }
}

/** Runs steps through one room; the contradictions of all of them. */
async function walk(steps: readonly Step[]): Promise<string[]> {
  const clock = manualClock()
  let asked = 0
  let told: Step['answer'] | null = null
  const origin = functionOrigin(({ fields: raw, method }) => {
    asked += 1
    const { status = 200, fields = [], bytes = 0 } = told ?? {}
    const condition = new Fields(raw).get('if-none-match')
    if (condition !== undefined && status === 200 && condition === new Fields(fields).get('etag'))
      return { status: 304, fields }
    return { status, fields, body: method === 'HEAD' ? '' : 'x'.repeat(bytes) }
  })
  const room = createRoom({ clock, origin, routes, sections })
  const found: string[] = []
  for (const { head, answer, laterMs } of steps) {
    told = answer
    const explanation = explain(room, room.definitions, { head, response: null })
    const askedBefore = asked
    room.records.length = 0
    exchange(room, head, null, new RecordedReply())
    await turn()
    const [record] = room.records
    if (record === undefined) found.push('no answer')
    else {
      const wrong = contradiction(explanation, record, asked > askedBefore)
      if (wrong !== null)
        found.push(`${wrong} for ${head.method} ${head.path}${head.query} ${head.fields.raw.join(' ')}`)
    }
    clock.advance(laterMs)
  }
  return found
}

test('what explain says is what the data path then does', async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 200, size: 'max' })
  let requests = 0
  const property = fc.asyncProperty(steps, async (list) => {
    requests += list.length
    expect(await walk(list)).toEqual([])
  })
  await fc.assert(property, { numRuns: 150 })
  expect(requests).toBeGreaterThan(10_000)
}, 60_000)
