// What counts as a hit, a miss, a bypass and a failure, in all and by route.
import { expect, test } from 'vitest'
import { Figures } from '../../../src/observe/figures.ts'
import type { ExchangeRecord } from '../../../src/observe/record.ts'
import { manualClock } from '../../kit/manual-clock.ts'
import { exchangeRecord } from './records.ts'

const count = (...records: Partial<ExchangeRecord>[]): Figures => {
  const figures = new Figures(manualClock())
  figures.keep(['/a', '/b'])
  for (const record of records) figures.count(exchangeRecord(record))
  return figures
}

test.each([
  ['HIT', { hits: 1 }],
  ['STALE', { hits: 1 }],
  ['COLLAPSED', { hits: 1 }],
  ['MISS', { misses: 1 }],
  ['REVALIDATED', { misses: 1 }],
  ['BYPASS', { bypasses: 1 }],
] as const)('%s must count as %j', (cache, expected) => {
  const none = { requests: 1, hits: 0, misses: 0, bypasses: 0, failures: 0 }
  expect(count(outcome(cache)).total).toMatchObject({
    ...none,
    ...expected,
  })
})

test.each<[string, Partial<ExchangeRecord>, number]>([
  ['an error of the origin', { status: 500 }, 1],
  ['an error of weir', { status: 503 }, 1],
  ['a transfer broken off', { end: 'broken' }, 1],
  ['a client that left', { end: 'gone' }, 0],
  ['a refusal', { status: 404 }, 0],
])('%s must count as so many failures', (_, record, failures) => {
  expect(count(record).total.failures).toBe(failures)
})

test('each route must have figures of its own', () => {
  const figures = count({ route: '/a' }, { route: '/b' }, { route: '/a', ...outcome('MISS') })
  expect(figures.total.requests).toBe(3)
  expect(figures.routes.get('/a')?.counts).toMatchObject({ requests: 2, hits: 1, misses: 1 })
  expect(figures.routes.get('/b')?.counts).toMatchObject({ requests: 1, hits: 1 })
  expect(figures.routes.get('/c')).toBeUndefined()
})

function outcome(cache: ExchangeRecord['outcome']['cache']): Pick<ExchangeRecord, 'outcome'> {
  return { outcome: { ...exchangeRecord().outcome, cache } }
}
