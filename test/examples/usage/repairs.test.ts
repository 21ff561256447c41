// The repair of the usage report: one contract whether memory or the database adds up, and no more is read than the window.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  addUpInDatabase,
  addUpInMemory,
  groupsSql,
  type HistoryQuery,
  nextPageSql,
  pageSql,
} from '../../../examples/usage/history.ts'
import { migrations } from '../../../examples/usage/migrations.ts'
import { models, seedUsage } from '../../../examples/usage/seed.ts'
import { migrateTo } from '../../../examples/shared/migrations.ts'
import { explainPostgres } from '../../../examples/shared/postgres-plan.ts'
import { type Postgres, postgresSession } from '../../../examples/shared/postgres.ts'
import { engines, openEngine, usePostgresServer } from '../kit/postgres.ts'

const serverUrl = usePostgresServer()
const dayMs = 24 * 3_600_000

describe.each(engines)('the usage history on PostgreSQL, %s', (engine) => {
  let database: Postgres

  beforeAll(async () => {
    database = await openEngine(engine, 'usage_repairs', serverUrl)
  })
  afterAll(() => database.close())
  beforeEach(() =>
    database.lend(async (connection) => {
      await migrateTo(postgresSession(connection), migrations, null)
      await migrateTo(postgresSession(connection), migrations, 'ix_usage_records_recorded_at')
    }),
  )

  const start = Date.UTC(2026, 0, 30)
  const record = fc.record({
    // Few moments, so that records of the same one are common.
    day: fc.integer({ min: 0, max: 4 }),
    model: fc.constantFrom(...models),
    failure: fc.option(fc.constantFrom('model_cooldown', 'unsupported_model')),
    tokens: fc.integer({ min: 0, max: 60_000 }),
  })
  const query = fc.record({
    fromDay: fc.integer({ min: 0, max: 4 }),
    days: fc.integer({ min: 0, max: 5 }),
    model: fc.option(fc.constantFrom(...models)),
    limit: fc.integer({ min: 1, max: 8 }),
  })

  it('must be the same from the database as from memory, on every page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 25 }), query, async (records, asked) => {
        await database.rows('DELETE FROM usage_records')
        const rows = records.map(({ day, model, failure, tokens }, index) => {
          return { id: index + 1, at: new Date(start + day * dayMs), model, failure, tokens }
        })
        await database.rows(
          `INSERT INTO usage_records SELECT id, id, at, model, failure, tokens, 7, 900
           FROM jsonb_to_recordset($1::jsonb)
             AS rows (id integer, at timestamptz, model text, failure text, tokens integer)`,
          [JSON.stringify(rows)],
        )
        const from = new Date(start + asked.fromDay * dayMs)
        const window = { from, to: new Date(from.getTime() + asked.days * dayMs) }
        let before: number | null = null
        do {
          const page: HistoryQuery = { ...window, model: asked.model, limit: asked.limit, before }
          const repaired = await addUpInDatabase(database, page)
          expect(repaired).toEqual(await addUpInMemory(database, page))
          before = repaired.next_before
        } while (before !== null)
      }),
      { numRuns: 25 },
    )
  })

  it('must read a short window through the index, and reads every record without it', async () => {
    await database.lend((connection) => seedUsage(connection, { records: 5_000 }))
    await database.rows('ANALYZE')
    const bounds = [new Date(Date.now() - dayMs), new Date(), null]
    const plans = async (): Promise<readonly unknown[]> => [
      await explainPostgres(database, groupsSql, bounds),
      await explainPostgres(database, pageSql, [...bounds, 50]),
    ]
    const searched = { scanned: [], indexes: ['ix_usage_records_recorded_at'] }
    expect(await plans()).toEqual([searched, searched])
    await database.lend((connection) => migrateTo(postgresSession(connection), migrations, 'tables'))
    const read = { scanned: ['usage_records'], indexes: [] }
    expect(await plans()).toEqual([read, read])
  })

  it('must find a page of a long window through the index, wherever it begins', async () => {
    await database.lend((connection) => seedUsage(connection, { records: 5_000 }))
    await database.rows('ANALYZE')
    const bounds = [new Date(Date.now() - 30 * dayMs), new Date(), null]
    const first = await explainPostgres(database, pageSql, [...bounds, 50])
    expect(first).toEqual({ scanned: [], indexes: ['ix_usage_records_recorded_at'] })
    const next = await explainPostgres(database, nextPageSql, [...bounds, 50, 2_500])
    expect(next.scanned).toEqual([])
    expect(next.indexes).toContain('ix_usage_records_recorded_at')
  })
})
