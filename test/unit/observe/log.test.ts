// Which exchanges get a line, and what it says.
import { expect, test } from 'vitest'
import { createLog, type LogOptions, requestLog } from '../../../src/observe/log.ts'
import type { ExchangeRecord } from '../../../src/observe/record.ts'
import { exchangeRecord } from './records.ts'

function written(
  options: Partial<LogOptions>,
  records: Partial<ExchangeRecord>[],
  random = 0,
): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  const log = createLog(options.level ?? 'info', {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  })
  const observe = requestLog(
    log,
    { level: 'info', requests: 'problems', sample: 1, secrets: [], ...options },
    () => random,
  )
  for (const record of records) observe(exchangeRecord(record))
  return lines
}

const hit = {}
const miss = { outcome: { ...exchangeRecord().outcome, cache: 'MISS' as const } }

test.each([
  ['problems', [hit, miss, hit], 1],
  ['all', [hit, miss, hit], 3],
  ['none', [hit, miss, hit], 0],
  ['problems', [{ end: 'gone' as const }], 1],
] as const)('of %s, so many lines must be written', (requests, records, expected) => {
  expect(written({ requests }, [...records])).toHaveLength(expected)
})

test('a sample must keep its share', () => {
  expect(written({ requests: 'all', sample: 0.5 }, [hit], 0.49)).toHaveLength(1)
  expect(written({ requests: 'all', sample: 0.5 }, [hit], 0.5)).toHaveLength(0)
  expect(written({ requests: 'all', sample: 0 }, [hit], 0)).toHaveLength(0)
  expect(written({ requests: 'all', sample: 1 }, [hit], 0.999)).toHaveLength(1)
})

test('failures must be warnings, and the level must bound what is written', () => {
  const failing = [{ ...miss, status: 502 }, { end: 'broken' as const }, miss]
  expect(written({}, failing).map(({ level }) => level)).toEqual([40, 40, 30])
  expect(written({ level: 'warn' }, failing)).toHaveLength(2)
})

test('a line must say what happened, in figures of a readable length', () => {
  const [line] = written({ requests: 'all' }, [{ ...miss, totalMs: 12.3456, originMs: 11.11, attempts: 1 }])
  expect(line).toMatchObject({
    msg: 'request',
    requestId: 'r-1',
    route: '/a',
    method: 'GET',
    path: '/a',
    status: 200,
    cache: 'MISS',
    reason: 'fresh',
    totalMs: 12.3,
    originMs: 11.1,
    bytes: 10,
    attempts: 1,
    failure: null,
    end: 'whole',
  })
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT/)
})

test('values of query parameters that are secret must not be written', () => {
  const [line] = written({ requests: 'all', secrets: ['token'] }, [{ query: '?page=2&token=hush' }])
  expect(line?.query).toContain('page=2')
  expect(JSON.stringify(line)).not.toContain('hush')
})

test('without the origin there is no time of its own', () => {
  expect(written({ requests: 'all' }, [hit])[0]?.originMs).toBeNull()
})
