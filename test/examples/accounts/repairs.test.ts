// The repairs of the accounts report: each gives what the slow form gives, and asks the database as it was meant to.
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type LatestUsage,
  rankedUsageSql,
  rankUsage,
  scanAllUsage,
  seekUsage,
  soughtUsageSql,
} from '../../../examples/accounts/latest-usage.ts'
import { accountsForms } from '../../../examples/accounts/forms.ts'
import { migrations } from '../../../examples/accounts/migrations.ts'
import { refreshUsage } from '../../../examples/accounts/refresh.ts'
import { commitEachRow, gatherRowsFirst } from '../../../examples/accounts/request-log.ts'
import { seedDatabase } from '../../../examples/accounts/seed.ts'
import { migrateTo } from '../../../examples/shared/migrations.ts'
import { randomFrom } from '../../../examples/shared/random.ts'
import {
  allRows,
  databaseFolder,
  explainSqlite,
  openSqlite,
  sqliteSession,
  type SqliteSettings,
} from '../../../examples/shared/sqlite.ts'

const now = Date.UTC(2026, 0, 1)

async function memoryDatabase(migration: string): Promise<DatabaseSync> {
  const connection = new DatabaseSync(':memory:')
  onTestFinished(() => connection.close())
  await migrateTo(sqliteSession(connection), migrations, migration)
  return connection
}

function plain(latest: LatestUsage): unknown {
  const percent = (window: 'primary' | 'secondary'): unknown =>
    Object.fromEntries([...latest[window]].map(([id, { used_percent }]) => [id, used_percent]))
  return { primary: percent('primary'), secondary: percent('secondary') }
}

const reading = fc.record({
  account: fc.integer({ min: 0, max: 4 }),
  window: fc.constantFrom(null, 'primary', 'secondary'),
  used: fc.double({ min: 0, max: 100, noNaN: true }),
  // Few moments, so that readings of the same one are common: then the later row counts.
  day: fc.integer({ min: 1, max: 5 }),
})

describe('the latest usage of every account', () => {
  it('must be the same by scan, by rank and by seek, whatever the rows are', async () => {
    const connection = await memoryDatabase('tables')
    for (let account = 0; account < 5; account += 1)
      connection.exec(
        `INSERT INTO accounts VALUES ('a${account}', 'a${account}@x.example', 'free', 'active', '', NULL)`,
      )
    const insert = connection.prepare(
      `INSERT INTO usage_history (account_id, window, used_percent, window_minutes, reset_at, recorded_at)
       VALUES (?, ?, ?, 300, '', ?)`,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(reading, { maxLength: 60 }), async (readings) => {
        connection.exec('DELETE FROM usage_history')
        for (const { account, window, used, day } of readings)
          insert.run(`a${account}`, window, used, `2026-01-0${day}`)
        const before = plain(scanAllUsage(connection))
        await migrateTo(sqliteSession(connection), migrations, 'accounts-by-email')
        expect(plain(rankUsage(connection))).toEqual(before)
        expect(plain(seekUsage(connection))).toEqual(before)
        expect(plain(scanAllUsage(connection))).toEqual(before)
        await migrateTo(sqliteSession(connection), migrations, 'tables')
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    [
      'by rank',
      rankedUsageSql,
      /SEARCH usage_history USING INDEX idx_usage_window_account_recorded \(window=\?/,
    ],
    [
      'by seek',
      soughtUsageSql,
      /SEARCH usage_history USING COVERING INDEX idx_usage_window_account_recorded \(window=\? AND account_id=\?\)/,
    ],
  ])('must be found %s through the index, without reading the whole history', async (_name, sql, search) => {
    const connection = await memoryDatabase('tables')
    seedDatabase(connection, now, { readings: 10, logRows: 0 })
    await migrateTo(sqliteSession(connection), migrations, 'accounts-by-email')
    const plan = explainSqlite(connection, sql).join('\n')
    expect(plan).toMatch(search)
    expect(plan).not.toMatch(/SCAN usage_history/)
  })

  it('is the scan of the whole history in the slow form', async () => {
    const connection = await memoryDatabase('tables')
    const [plan] = explainSqlite(
      connection,
      `SELECT * FROM usage_history WHERE window IS NULL OR window = 'primary'`,
    )
    expect(plan).toBe('SCAN usage_history')
  })
})

describe('accounts by email', () => {
  it('must be listed in the order of the index, not sorted each time', async () => {
    const connection = await memoryDatabase('accounts-by-email')
    expect(explainSqlite(connection, 'SELECT * FROM accounts ORDER BY email')).toEqual([
      'SCAN accounts USING INDEX idx_accounts_email',
    ])
  })
})

describe('a refresh', () => {
  it('must write the same readings in one commit as in one for each row', async () => {
    const written: unknown[] = []
    for (const form of [accountsForms.slow, accountsForms.repaired]) {
      const connection = await memoryDatabase('tables')
      seedDatabase(connection, now, { readings: 3, logRows: 0 })
      await migrateTo(sqliteSession(connection), migrations, form.migration)
      refreshUsage(connection, form.refresh, now + 600_000, randomFrom(7))
      written.push(
        allRows(
          connection,
          `SELECT account_id, coalesce(window, 'primary') AS window, used_percent, reset_at, recorded_at
           FROM usage_history ORDER BY id`,
        ),
      )
    }
    expect(written[1]).toEqual(written[0])
  })

  it.each([
    ['slow', 90],
    ['repaired', 1],
  ] as const)('in the %s form takes %d commits', async (name, commits) => {
    const folder = databaseFolder('refresh-test')
    const file = folder.file('store.db')
    const connection = openSqlite(file, accountsForms.slow.sqlite)
    onTestFinished(() => {
      connection.close()
      folder.remove()
    })
    await migrateTo(sqliteSession(connection), migrations, 'tables')
    seedDatabase(connection, now, { readings: 1, logRows: 0 })
    const before = changeCounter(file)
    refreshUsage(connection, accountsForms[name].refresh, now, () => 0)
    expect(changeCounter(file) - before).toBe(commits)
  })
})

/** The file's own count of commits (SQLite file format, 1.3.7); it stands still in WAL mode. */
function changeCounter(file: string): number {
  return readFileSync(file).readUInt32BE(24)
}

describe('request logs', () => {
  const row = {
    account_id: null,
    requested_at: '',
    model: 'm',
    status: 'success',
    input_tokens: 1,
    output_tokens: 1,
  }

  it('must arrive all and in order when they are gathered, as they do one by one', async () => {
    const logs: unknown[] = []
    for (const open of [commitEachRow, gatherRowsFirst]) {
      const connection = await memoryDatabase('tables')
      const log = open(connection)
      for (let latency_ms = 0; latency_ms < 1_234; latency_ms += 1) log.write({ ...row, latency_ms })
      log.close()
      logs.push(allRows(connection, 'SELECT * FROM request_logs ORDER BY id'))
    }
    expect(logs[0]).toHaveLength(1_234)
    expect(logs[1]).toEqual(logs[0])
  })

  it('must survive a failed write: the rows are written with the next ones', async () => {
    const connection = await memoryDatabase('tables')
    const log = gatherRowsFirst(connection)
    log.write({ ...row, latency_ms: 1 })
    connection.exec('ALTER TABLE request_logs RENAME TO away')
    expect(() => log.flush()).toThrow()
    connection.exec('ALTER TABLE away RENAME TO request_logs')
    log.close()
    expect(allRows(connection, 'SELECT * FROM request_logs')).toHaveLength(1)
  })
})

describe('reading while another connection writes', () => {
  const busy = (sqlite: SqliteSettings): (() => unknown) => {
    const folder = databaseFolder('busy-test')
    const writer = openSqlite(folder.file('store.db'), sqlite)
    writer.exec('CREATE TABLE readings (value INTEGER)')
    const reader = openSqlite(folder.file('store.db'), sqlite)
    onTestFinished(() => {
      reader.close()
      writer.close()
      folder.remove()
    })
    writer.exec('BEGIN EXCLUSIVE; INSERT INTO readings VALUES (1)')
    return () => reader.prepare('SELECT * FROM readings').all()
  }

  it('fails as SQLITE_BUSY in the slow form', () => {
    expect(busy(accountsForms.slow.sqlite)).toThrow(/database is locked/)
  })

  it('must never do so in the repaired form', () => {
    expect(busy(accountsForms.repaired.sqlite)()).toEqual([])
  })
})
