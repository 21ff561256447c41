// The migrations of all examples, up, down and up again on every engine: recorded, repeatable, and with the data kept.
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrations as accounts } from '../../examples/accounts/migrations.ts'
import { seedDatabase as seedAccounts } from '../../examples/accounts/seed.ts'
import { migrations as research } from '../../examples/research/migrations.ts'
import { seedResearch } from '../../examples/research/seed.ts'
import { type Migration, migrateTo, type Session } from '../../examples/shared/migrations.ts'
import {
  openPostgres,
  postgresSession,
  preparePostgres,
  type Queries,
} from '../../examples/shared/postgres.ts'
import { sqliteSession } from '../../examples/shared/sqlite.ts'
import { architectMigrations, assignerMigrations } from '../../examples/tasks/migrations.ts'
import { seedArchitect, seedAssigner } from '../../examples/tasks/seed.ts'
import { migrations as usage } from '../../examples/usage/migrations.ts'
import { seedUsage } from '../../examples/usage/seed.ts'
import { migrations as workplans } from '../../examples/workplans/migrations.ts'
import { seedWorkplans } from '../../examples/workplans/seed.ts'
import { engines, openEngine, usePostgresServer } from './kit/postgres.ts'

const now = Date.UTC(2026, 0, 1)
const taskSizes = { tasks: 30, errors: 30, pool: 10, prompts: 30, sessions: 10, running: 0 }
const serverUrl = usePostgresServer()

const sqliteCases: readonly [
  name: string,
  migrations: readonly Migration[],
  seed: (connection: DatabaseSync) => void,
  tables: readonly string[],
][] = [
  [
    'accounts',
    accounts,
    (connection) => seedAccounts(connection, now, { readings: 3, logRows: 20 }),
    ['accounts', 'usage_history', 'request_logs'],
  ],
  [
    'architect',
    architectMigrations,
    (connection) => seedArchitect(connection, now, taskSizes),
    ['task_queue', 'session_pool', 'errors'],
  ],
  [
    'assigner',
    assignerMigrations,
    (connection) => seedAssigner(connection, now, taskSizes),
    ['prompts', 'sessions'],
  ],
]

const postgresCases: readonly [
  name: string,
  migrations: readonly Migration[],
  seed: (connection: Queries) => Promise<void>,
  tables: readonly string[],
][] = [
  [
    'research',
    research,
    (connection) =>
      seedResearch(connection, {
        users: 20,
        authors: 20,
        contents: 20,
        patterns: 20,
        sessions: 20,
        cards: 20,
        ledger: 20,
      }),
    ['users', 'api_keys', 'authors', 'contents', 'patterns', 'research_sessions', 'cards', 'extropy_ledger'],
  ],
  [
    'usage',
    usage,
    (connection) => seedUsage(connection, { records: 20 }),
    ['usage_records', 'collector_cursor', 'providers'],
  ],
  [
    'workplans',
    workplans,
    (connection) =>
      seedWorkplans(connection, {
        domains: 2,
        topics: 4,
        workstreams: 8,
        tasks: 20,
        decisions: 4,
        events: 4,
        repos: 2,
        goals: 2,
        snapshots: 6,
        filesPerRepo: 0,
      }),
    ['domains', 'topics', 'workstreams', 'tasks', 'managed_repos', 'sbom_snapshots'],
  ],
]

const first = (migrations: readonly Migration[]): string => migrations[0]!.name
const last = (migrations: readonly Migration[]): string => migrations.at(-1)!.name
const all = (migrations: readonly Migration[], sign: '+' | '-'): readonly string[] =>
  migrations.slice(1).map(({ name }) => sign + name)

/** Ups and downs over seeded tables; `indexes` names the indexes that are there at the moment. */
async function goUpAndDown(
  session: Session,
  migrations: readonly Migration[],
  tables: readonly string[],
  indexes: () => Promise<unknown>,
): Promise<void> {
  // The NULL window of an account's usage is a repair of the data: the only one, and read as 'primary' before and after.
  const rows = async (): Promise<unknown> => {
    const found = []
    for (const table of tables) {
      const kept = await session.execute(`SELECT * FROM ${table}`)
      const stated = kept.map((row) => ({
        ...row,
        ...('window' in row && { window: row.window ?? 'primary' }),
      }))
      found.push(stated.map((row) => JSON.stringify(row)).toSorted())
    }
    return found
  }
  const [before, bare] = [await rows(), await indexes()]
  expect(await migrateTo(session, migrations, last(migrations))).toEqual(all(migrations, '+'))
  const full = await indexes()
  expect(full).not.toEqual(bare)
  expect(await migrateTo(session, migrations, last(migrations))).toEqual([])
  expect(await rows()).toEqual(before)

  expect(await migrateTo(session, migrations, first(migrations))).toEqual(all(migrations, '-').toReversed())
  expect(await indexes()).toEqual(bare)
  expect(await rows()).toEqual(before)

  expect(await migrateTo(session, migrations, last(migrations))).toEqual(all(migrations, '+'))
  expect(await indexes()).toEqual(full)
  expect(await rows()).toEqual(before)
  const recorded = await session.execute('SELECT name FROM migrations')
  expect(recorded.map(({ name }) => name).toSorted()).toEqual(migrations.map(({ name }) => name).toSorted())

  await migrateTo(session, migrations, null)
  expect(await session.execute('SELECT name FROM migrations')).toEqual([])
  expect(await indexes()).not.toEqual(full)
}

describe('migrations on SQLite', () => {
  it.each(sqliteCases)(
    'of %s must go up, down and up, and keep the data',
    async (_name, migrations, seed, tables) => {
      const connection = new DatabaseSync(':memory:')
      onTestFinished(() => connection.close())
      const session = sqliteSession(connection)
      await migrateTo(session, migrations, first(migrations))
      seed(connection)
      await goUpAndDown(session, migrations, tables, () =>
        session
          .execute(`SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name`)
          .then((rows) => rows.map(({ name }) => name)),
      )
    },
  )

  it('must leave nothing of a migration that fails half-way, and record nothing', async () => {
    const connection = new DatabaseSync(':memory:')
    onTestFinished(() => connection.close())
    const session = sqliteSession(connection)
    const broken: Migration = { name: 'broken', up: ['CREATE TABLE a (b)', 'CREATE TABEL c (d)'], down: [] }
    await expect(migrateTo(session, [broken], 'broken')).rejects.toThrow(/syntax error/)
    expect(await session.execute(`SELECT name FROM sqlite_schema WHERE name = 'a'`)).toEqual([])
    expect(await session.execute('SELECT * FROM migrations')).toEqual([])
  })

  it('must refuse a state that no migration leads to', async () => {
    const connection = new DatabaseSync(':memory:')
    onTestFinished(() => connection.close())
    await expect(migrateTo(sqliteSession(connection), accounts, 'elsewhere')).rejects.toThrow(/no migration/)
  })
})

describe.each(engines)('migrations on PostgreSQL, %s', (engine) => {
  it.each(postgresCases)(
    'of %s must go up, down and up, and keep the data',
    async (name, migrations, seed, tables) => {
      const database = await openEngine(engine, `migrated_${name}`, serverUrl)
      onTestFinished(() => database.close())
      await database.lend(async (connection) => {
        const session = postgresSession(connection)
        await migrateTo(session, migrations, first(migrations))
        await seed(connection)
        await goUpAndDown(session, migrations, tables, () =>
          connection.rows(
            'SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname',
          ),
        )
      })
    },
  )
})

describe('preparing a server that is used again', () => {
  const seed = (connection: Queries): Promise<void> => postgresCases[0]![2](connection)
  const preparation = { migrations: research, tables: 'tables', seeded: 'users', seed }

  it('must seed once, and move between the forms', async () => {
    const database = await openPostgres('prepared', serverUrl())
    onTestFinished(() => database.close())
    for (const migration of ['tables', last(research), 'tables', last(research)])
      await preparePostgres(database, { ...preparation, last: migration })
    expect(await database.rows('SELECT count(*)::int AS count FROM users')).toEqual([{ count: 20 }])
  })

  it('must seed anew where a seeding was broken off', async () => {
    const database = await openPostgres('broken_off', serverUrl())
    onTestFinished(() => database.close())
    const breaking = async (connection: Queries): Promise<void> => {
      await seed(connection)
      throw new Error('broken off')
    }
    const half = preparePostgres(database, { ...preparation, last: 'tables', seed: breaking })
    await expect(half).rejects.toThrow('broken off')
    await preparePostgres(database, { ...preparation, last: 'tables' })
    expect(await database.rows('SELECT count(*)::int AS count FROM users')).toEqual([{ count: 20 }])
  })

  it('must refuse to migrate while another process does', async () => {
    const [one, other] = [
      await openPostgres('locked', serverUrl()),
      await openPostgres('locked', serverUrl()),
    ]
    onTestFinished(async () => {
      await one.close()
      await other.close()
    })
    const during = (connection: Queries): Promise<void> =>
      expect(preparePostgres(other, { ...preparation, last: 'tables' }))
        .rejects.toThrow(/another process/)
        .then(() => seed(connection))
    await preparePostgres(one, { ...preparation, last: 'tables', seed: during })
    await preparePostgres(other, { ...preparation, last: 'tables' })
  })
})
