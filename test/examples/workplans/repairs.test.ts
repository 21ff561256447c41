// The repairs of the workplans report: the same lists and the same index of files, by way of less.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readChangedFiles, readEveryFile } from '../../../examples/workplans/file-scan.ts'
import { cascadingLists, leanLists, leanListSql } from '../../../examples/workplans/lists.ts'
import { migrations } from '../../../examples/workplans/migrations.ts'
import {
  readSummary,
  snapshotsSql,
  tasksSql,
  workstreamsSql,
  workstreamTasksSql,
} from '../../../examples/workplans/queries.ts'
import { type SeedSizes, seedWorkplans } from '../../../examples/workplans/seed.ts'
import { workplanText } from '../../../examples/workplans/write-repositories.ts'
import { migrateTo } from '../../../examples/shared/migrations.ts'
import { explainPostgres, type Plan } from '../../../examples/shared/postgres-plan.ts'
import { inTransaction, type Postgres, postgresSession } from '../../../examples/shared/postgres.ts'
import { engines, openEngine, usePostgresServer } from '../kit/postgres.ts'

const sizes: SeedSizes = {
  domains: 4,
  topics: 20,
  workstreams: 1_000,
  tasks: 10_000,
  decisions: 60,
  events: 60,
  repos: 10,
  goals: 30,
  snapshots: 5_000,
  filesPerRepo: 2,
}
const serverUrl = usePostgresServer()
const open = ['todo', 'in_progress']

const queries: readonly [name: string, sql: string, parameters: readonly unknown[], index: string][] = [
  ['open tasks', tasksSql, [open, null, 500], 'ix_tasks_status'],
  ['open tasks that need a human', tasksSql, [open, true, 500], 'ix_tasks_status'],
  ['the open tasks of a workstream', workstreamTasksSql, [7, open], 'ix_tasks_workstream_status'],
  ['active workstreams', workstreamsSql, ['active'], 'ix_workstreams_status'],
]

describe.each(engines)('the workplans report on PostgreSQL, %s', (engine) => {
  let database: Postgres
  const slow = new Map<string, { rows: readonly unknown[]; plan: Plan }>()
  let slowSummary: unknown

  beforeAll(async () => {
    database = await openEngine(engine, 'workplans_repairs', serverUrl)
    const to = (name: string): Promise<unknown> =>
      database.lend((connection) => migrateTo(postgresSession(connection), migrations, name))
    await to('tables')
    await database.lend((connection) => seedWorkplans(connection, sizes))
    await database.rows('ANALYZE')
    for (const [name, sql, parameters] of queries) {
      const rows = await database.rows(sql, parameters)
      slow.set(name, { rows, plan: await explainPostgres(database, sql, parameters) })
    }
    slowSummary = await readSummary(database)
    await to('ix_sbom_snapshots_repo_at')
    await database.rows('ANALYZE')
  })
  afterAll(() => database.close())

  it.each(queries)(
    'must find %s through the index, and reads the whole table without it',
    async (...query) => {
      const [name, sql, parameters, index] = query
      expect(slow.get(name)!.plan.scanned).toHaveLength(1)
      expect(await explainPostgres(database, sql, parameters)).toEqual({ scanned: [], indexes: [index] })
    },
  )

  it.each(queries)('must give %s as it did without the index', async (name, sql, parameters) => {
    const rows = await database.rows(sql, parameters)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows).toEqual(slow.get(name)!.rows)
  })

  it('must give the summary as it did without the indexes', async () => {
    expect(await readSummary(database)).toEqual(slowSummary)
  })

  it.each(['domains', 'topics', 'repos'] as const)(
    'must list %s without their families as with them',
    async (list) => {
      const lean = await leanLists[list](database)
      expect(lean).toHaveLength(sizes[list])
      expect(lean).toEqual(await cascadingLists[list](database))
    },
  )

  it.each(['domains', 'topics', 'repos'] as const)(
    'must read no table but what it shows for %s',
    async (list) => {
      const { scanned } = await explainPostgres(database, leanListSql[list])
      const shown = {
        domains: ['domains'],
        topics: ['domains', 'topics'],
        repos: ['domains', 'managed_repos'],
      }
      expect(scanned.toSorted()).toEqual(shown[list])
    },
  )

  it('must find the latest snapshots through the index, without reading the others', async () => {
    expect((await explainPostgres(database, snapshotsSql.slow)).indexes).not.toEqual([])
    const { scanned, indexes } = await explainPostgres(database, snapshotsSql.repaired)
    expect(scanned).toEqual(['managed_repos'])
    expect(new Set(indexes)).toEqual(new Set(['ix_sbom_snapshots_repo_at']))
  })

  it('must give the same latest snapshots, whatever the rows are, also of one moment', async () => {
    const snapshot = fc.tuple(fc.integer({ min: 1, max: sizes.repos }), fc.integer({ min: 1, max: 5 }))
    await fc.assert(
      fc.asyncProperty(fc.array(snapshot, { maxLength: 30 }), async (snapshots) => {
        await database.lend((connection) =>
          inTransaction(connection, async () => {
            await connection.rows('DELETE FROM sbom_snapshots')
            for (const [index, [repo, day]] of snapshots.entries())
              await connection.rows(`INSERT INTO sbom_snapshots VALUES ($1, $2, $3, 1, '')`, [
                index,
                repo,
                `2026-05-0${day}`,
              ])
            const repaired = await connection.rows(snapshotsSql.repaired)
            expect(repaired).toEqual(await connection.rows(snapshotsSql.slow))
            await connection.rows('DELETE FROM sbom_snapshots')
          }),
        )
      }),
      { numRuns: 15 },
    )
  })
})

describe('the index of workplan files', () => {
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'file-scan-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }
  const name = fc.constantFrom('a.md', 'b.md', 'c.md', 'notes.txt')
  const text = fc.oneof(
    fc.integer({ min: 1, max: 20 }).map((number) => workplanText(number, number)),
    fc.constantFrom('no workplan', '---\ntitle: half\n---\n', '---\ntitle: never closed\n'),
  )
  const change = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), name, text }),
    fc.record({ kind: fc.constant('remove' as const), name, text }),
  )

  it('must be the same by reading what changed as by reading everything, after any changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const folder = newFolder()
        const [every, changed] = [readEveryFile(folder), readChangedFiles(folder)]
        let at = 1_000_000
        for (const { kind, name, text } of changes) {
          const path = join(folder, name)
          if (kind === 'write') {
            writeFileSync(path, text)
            // Two changes within the clock's tick could not be told apart: each is given a time of its own.
            utimesSync(path, (at += 1), at)
          } else rmSync(path, { force: true })
          expect(await changed.index()).toEqual(await every.index())
        }
      }),
      { numRuns: 40 },
    )
  })

  it('must read a file once, and again only when it has changed', async () => {
    const folder = newFolder()
    for (const number of [1, 2, 3]) writeFileSync(join(folder, `${number}.md`), workplanText(number, number))
    const [every, changed] = [readEveryFile(folder), readChangedFiles(folder)]
    for (const scan of [every, changed]) for (let turn = 0; turn < 4; turn += 1) await scan.index()
    expect([every.filesRead(), changed.filesRead()]).toEqual([12, 3])
    writeFileSync(join(folder, '2.md'), workplanText(22_222, 2))
    expect((await changed.index())[1]![1].title).toBe('Workplan 22222')
    expect(changed.filesRead()).toBe(4)
  })
})
