// Fills an empty database with the row counts of the report: 33 accounts, some 90,000 usage and 48,000 log rows.
import type { DatabaseSync } from 'node:sqlite'
import { pickFrom, integerBelow, randomFrom } from '../shared/random.ts'
import { inTransaction } from '../shared/sqlite.ts'
import {
  nextReading,
  readingIntervalMinutes,
  windowMinutes,
  type UsageReading,
  type UsageWindow,
} from './usage-reading.ts'

const names = [
  'ada',
  'alan',
  'barbara',
  'dennis',
  'edsger',
  'frances',
  'grace',
  'john',
  'ken',
  'leslie',
  'margaret',
]
const teams = ['build', 'design', 'research']
const plans = ['plus', 'pro', 'team']
const models = ['large', 'medium', 'small']
const accountCount = names.length * teams.length
const intervalMs = readingIntervalMinutes * 60_000

export interface SeedSizes {
  /** For each account in each of two windows. */
  readonly readings: number
  readonly logRows: number
}

export const reportedSizes: SeedSizes = { readings: 1_364, logRows: 48_000 }

interface Period extends SeedSizes {
  readonly startedAt: number
  readonly now: number
}

/** Writes everything in one transaction; the same `now` (epoch ms) gives the same rows. */
export function seedDatabase(connection: DatabaseSync, now: number, sizes: SeedSizes): void {
  const random = randomFrom(33)
  const period = { ...sizes, startedAt: now - sizes.readings * intervalMs, now }
  inTransaction(connection, () => {
    const accountIds = seedAccounts(connection, period)
    seedUsage(connection, accountIds, period, random)
    seedRequestLogs(connection, accountIds, period, random)
  })
}

function seedAccounts(connection: DatabaseSync, { startedAt, readings }: Period): readonly string[] {
  const insert = connection.prepare(
    'INSERT INTO accounts (id, email, plan, status, created_at, refreshed_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const emails = teams.flatMap((team) => names.map((name) => `${name}@${team}.example`))
  return emails.map((email, index) => {
    const id = `acc-${String(index + 1).padStart(2, '0')}`
    const status = index % 11 === 10 ? 'paused' : 'active'
    const createdAt = new Date(startedAt - index * 86_400_000).toISOString()
    const refreshedAt = new Date(readingAt(startedAt, readings - 1, index)).toISOString()
    insert.run(id, email, plans[index % plans.length]!, status, createdAt, refreshedAt)
    return id
  })
}

interface Series {
  readonly accountId: string
  readonly accountIndex: number
  readonly window: UsageWindow
  latest: UsageReading
}

function seedUsage(
  connection: DatabaseSync,
  accountIds: readonly string[],
  { startedAt, readings }: Period,
  random: () => number,
): void {
  const insert = connection.prepare(
    `INSERT INTO usage_history (account_id, window, used_percent, window_minutes, reset_at, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const windowUnderWay = (window: UsageWindow): UsageReading =>
    nextReading(window, undefined, startedAt - Math.floor(random() * windowMinutes[window] * 60_000), random)
  const series: readonly Series[] = accountIds.flatMap((accountId, accountIndex) => [
    { accountId, accountIndex, window: 'primary', latest: windowUnderWay('primary') },
    { accountId, accountIndex, window: 'secondary', latest: windowUnderWay('secondary') },
  ])
  for (let step = 0; step < readings; step += 1) {
    for (const one of series) {
      const recordedAt = readingAt(startedAt, step, one.accountIndex)
      const reading = nextReading(one.window, one.latest, recordedAt, random)
      const window = one.window === 'primary' ? null : one.window
      const { used_percent, window_minutes, reset_at, recorded_at } = reading
      insert.run(one.accountId, window, used_percent, window_minutes, reset_at, recorded_at)
      one.latest = reading
    }
  }
}

function seedRequestLogs(
  connection: DatabaseSync,
  accountIds: readonly string[],
  { startedAt, now, logRows }: Period,
  random: () => number,
): void {
  const insert = connection.prepare(
    `INSERT INTO request_logs (account_id, requested_at, model, status, input_tokens, output_tokens, latency_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const integer = (limit: number): number => integerBelow(limit, random)
  for (let row = 0; row < logRows; row += 1) {
    const requestedAt = new Date(startedAt + ((now - startedAt) * row) / logRows).toISOString()
    const status = random() < 0.02 ? 'rate_limited' : 'success'
    const model = pickFrom(models, random)
    const accountId = pickFrom(accountIds, random)
    insert.run(accountId, requestedAt, model, status, integer(60_000), integer(4_000), 200 + integer(9_000))
  }
}

/** Accounts are read one after the other, spread over the interval. */
function readingAt(startedAt: number, step: number, accountIndex: number): number {
  return startedAt + Math.round((step + accountIndex / accountCount) * intervalMs)
}
