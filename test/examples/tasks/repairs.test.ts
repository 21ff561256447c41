// The repairs of the tasks report: each gives what the slow form gives, and reads no more than it must.
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { architectMigrations, assignerMigrations } from '../../../examples/tasks/migrations.ts'
import { architectQueries, assignerQueries } from '../../../examples/tasks/queries.ts'
import {
  seedArchitect,
  seedAssigner,
  sessionName,
  type SeedSizes,
  vocabulary,
} from '../../../examples/tasks/seed.ts'
import { readAllForEach, readOnce } from '../../../examples/tasks/session-scan.ts'
import {
  countOneByOne,
  countTogether,
  promptCountsSql,
  sessionCountsSql,
} from '../../../examples/tasks/statistics.ts'
import { type Migration, migrateTo } from '../../../examples/shared/migrations.ts'
import { allRows, explainSqlite, sqliteSession } from '../../../examples/shared/sqlite.ts'

const now = Date.UTC(2026, 1, 14)
const sizes: SeedSizes = { tasks: 2_000, errors: 2_000, pool: 300, prompts: 2_000, sessions: 100, running: 0 }

async function database(migrations: readonly Migration[], last: string): Promise<DatabaseSync> {
  const connection = new DatabaseSync(':memory:')
  onTestFinished(() => connection.close())
  await migrateTo(sqliteSession(connection), migrations, 'tables')
  if (migrations === architectMigrations) seedArchitect(connection, now, sizes)
  else seedAssigner(connection, now, sizes)
  await migrateTo(sqliteSession(connection), migrations, last)
  connection.exec('ANALYZE')
  return connection
}

const lists: readonly [
  query: string,
  sql: string,
  migrations: readonly Migration[],
  parameters: readonly string[],
  index: string,
][] = [
  ['the queue', architectQueries.queue, architectMigrations, ['pending'], 'idx_task_queue_status_priority'],
  [
    'tasks of a type',
    architectQueries.queueByType,
    architectMigrations,
    ['build', 'pending'],
    'idx_task_queue_type_status',
  ],
  [
    'tasks of a worker',
    architectQueries.queueByWorker,
    architectMigrations,
    ['worker-3', 'assigned'],
    'idx_task_queue_assigned_worker',
  ],
  [
    'the pool',
    architectQueries.pool,
    architectMigrations,
    ['idle', 'good'],
    'idx_session_pool_status_health',
  ],
  [
    'errors of a node',
    architectQueries.errorsByNode,
    architectMigrations,
    ['node-3', 'open'],
    'idx_errors_node_status',
  ],
  [
    'errors of a project',
    architectQueries.errorsByProject,
    architectMigrations,
    ['project-3', 'lint'],
    'idx_errors_project_type',
  ],
  [
    'prompts',
    assignerQueries.prompts,
    assignerMigrations,
    ['pending'],
    'idx_prompts_status_priority_created',
  ],
  [
    'prompts of a session',
    assignerQueries.promptsBySession,
    assignerMigrations,
    [sessionName(3), 'pending'],
    'idx_prompts_target_session_status',
  ],
  ['sessions', assignerQueries.sessions, assignerMigrations, ['idle'], 'idx_sessions_status_activity'],
]

describe('a list', () => {
  it.each(lists)(
    'of %s must be searched in its index, and is scanned without it',
    async (_name, sql, migrations, parameters, index) => {
      const slow = await database(migrations, 'tables')
      expect(explainSqlite(slow, sql, ...parameters, 50)[0]).toMatch(/^SCAN/)
      const repaired = await database(migrations, migrations.at(-1)!.name)
      expect(explainSqlite(repaired, sql, ...parameters, 50)[0]).toMatch(
        new RegExp(`^SEARCH \\w+ USING INDEX ${index} `),
      )
    },
  )

  it.each(lists)(
    'of %s must be the same with its index as without',
    async (_name, sql, migrations, parameters) => {
      const slow = await database(migrations, 'tables')
      const repaired = await database(migrations, migrations.at(-1)!.name)
      const rows = allRows(repaired, sql, ...parameters, 50)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows).toEqual(allRows(slow, sql, ...parameters, 50))
    },
  )
})

const storedSession = fc.record({
  name: fc.integer({ min: 0, max: 30 }).map(sessionName),
  status: fc.constantFrom(...vocabulary.sessionStatuses),
  task: fc.option(fc.integer({ min: 1, max: 99 })),
  minute: fc.integer({ min: 10, max: 59 }),
})

async function withSessions(
  check: (connection: DatabaseSync, minute: number, names: readonly string[]) => void,
): Promise<void> {
  const connection = await database(assignerMigrations, assignerMigrations.at(-1)!.name)
  const insertSession = connection.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?)')
  const insertPrompt = connection.prepare(
    `INSERT INTO prompts (content, status, priority, created_at) VALUES ('', ?, 1, '')`,
  )
  const state = fc.tuple(
    fc.uniqueArray(storedSession, { selector: ({ name }) => name }),
    fc.array(fc.constantFrom(...vocabulary.promptStatuses)),
    fc.integer({ min: 10, max: 59 }),
    fc.array(fc.integer({ min: 0, max: 40 }).map(sessionName)),
  )
  fc.assert(
    fc.property(state, ([sessions, prompts, minute, names]) => {
      connection.exec('DELETE FROM sessions; DELETE FROM prompts')
      for (const { name, status, task, minute } of sessions)
        insertSession.run(name, status, task, `2026-02-14T12:${minute}`)
      for (const status of prompts) insertPrompt.run(status)
      check(connection, minute, names)
    }),
  )
}

describe('the seven counts', () => {
  it('must be the same from two queries as from seven, whatever the rows are', async () => {
    await withSessions((connection, minute) => {
      const since = `2026-02-14T12:${minute}`
      expect(countTogether(connection, since)).toEqual(countOneByOne(connection, since))
    })
  })

  const searched = (table: string, index: string, columns: string): string =>
    `SEARCH ${table} USING COVERING INDEX ${index} (${columns})`

  it.each([
    [
      'prompts',
      promptCountsSql,
      [],
      Array.from({ length: 4 }, () => searched('prompts', 'idx_prompts_status_priority_created', 'status=?')),
    ],
    [
      'sessions',
      sessionCountsSql,
      ['2026'],
      [
        // How many there are at all can only be counted.
        expect.stringMatching(/^SCAN sessions USING COVERING INDEX/),
        searched('sessions', 'idx_sessions_status_activity', 'status=? AND last_activity>?'),
        searched('sessions', 'idx_sessions_status_activity', 'status=?'),
      ],
    ],
  ])('must be searched in an index for %s', async (_name, sql, parameters, steps) => {
    const connection = await database(assignerMigrations, 'sessions-status-activity')
    const plan = explainSqlite(connection, sql, ...parameters)
    expect(plan.filter((step) => /prompts|sessions/.test(step))).toEqual(steps)
  })
})

describe('a scan of sessions', () => {
  it('must find the same by reading the stored ones once as by reading them for each', async () => {
    await withSessions((connection, _minute, names) => {
      expect(readOnce(connection, names)).toEqual(readAllForEach(connection, names))
    })
  })
})
