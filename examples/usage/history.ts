// The usage history of a window of time: totals, days, models, failures and a page of records, in one JSON contract.
import type { Queries } from '../shared/postgres.ts'

export interface HistoryQuery {
  readonly from: Date
  /** Not part of the window. */
  readonly to: Date
  readonly model: string | null
  readonly limit: number
  /** The id of the last record of the page before; null for the first page. */
  readonly before: number | null
}

export interface UsageRecord {
  readonly id: number
  readonly recorded_at: Date
  readonly model: string
  readonly failure: string | null
  readonly input_tokens: number
  readonly output_tokens: number
  readonly latency_ms: number
}

interface Figures {
  readonly requests: number
  readonly failed: number
  readonly input_tokens: number
  readonly output_tokens: number
}

export interface History {
  readonly totals: Figures
  readonly days: readonly (Figures & { readonly day: string })[]
  readonly models: readonly (Figures & { readonly model: string })[]
  readonly failures: readonly { readonly failure: string; readonly requests: number }[]
  /** Newest first. */
  readonly records: readonly UsageRecord[]
  readonly next_before: number | null
}

export type ReadHistory = (database: Queries, query: HistoryQuery) => Promise<History>

/** Records that have day, model and failure in common. */
interface Group {
  readonly day: string
  readonly model: string
  readonly failure: string | null
  readonly requests: number
  readonly input_tokens: number
  readonly output_tokens: number
}

const columns = 'id, recorded_at, model, failure, input_tokens, output_tokens, latency_ms'
const window = 'recorded_at >= $1 AND recorded_at < $2 AND ($3::text IS NULL OR model = $3)'
const mostInMemory = 50_000

/** The slow form: up to 50,000 rows come into memory for each request, and are added up and paged there. */
export const addUpInMemory: ReadHistory = async (database, { from, to, model, limit, before }) => {
  const rows = await database.rows<UsageRecord>(
    `SELECT ${columns} FROM usage_records WHERE ${window} ORDER BY recorded_at DESC, id DESC LIMIT ${mostInMemory}`,
    [from, to, model],
  )
  const groups = rows.map((row) => ({ ...row, day: row.recorded_at.toISOString().slice(0, 10), requests: 1 }))
  const start = before === null ? 0 : rows.findIndex(({ id }) => id === before) + 1
  return historyOf(groups, before !== null && start === 0 ? [] : rows.slice(start, start + limit), limit)
}

export const groupsSql = `
  SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, model, failure, count(*)::int AS requests,
    sum(input_tokens)::int AS input_tokens, sum(output_tokens)::int AS output_tokens
  FROM usage_records WHERE ${window} GROUP BY 1, 2, 3`

export const pageSql = `
  SELECT ${columns} FROM usage_records WHERE ${window}
  ORDER BY recorded_at DESC, id DESC LIMIT $4`

export const nextPageSql = `
  SELECT ${columns} FROM usage_records
  WHERE ${window} AND (recorded_at, id) < ((SELECT recorded_at FROM usage_records WHERE id = $5), $5)
  ORDER BY recorded_at DESC, id DESC LIMIT $4`

/** The repaired form: the database adds up, and gives one page. */
export const addUpInDatabase: ReadHistory = async (database, { from, to, model, limit, before }) => {
  const bounds = [from, to, model]
  const groups = await database.rows<Group>(groupsSql, bounds)
  const records =
    before === null
      ? await database.rows<UsageRecord>(pageSql, [...bounds, limit])
      : await database.rows<UsageRecord>(nextPageSql, [...bounds, limit, before])
  return historyOf(groups, records, limit)
}

function historyOf(groups: readonly Group[], records: readonly UsageRecord[], limit: number): History {
  const by = (key: (group: Group) => string): readonly (readonly [string, Figures])[] =>
    [...Map.groupBy(groups, key)].map(([name, members]) => [name, add(members)] as const).toSorted(byName)
  const failed = groups.filter(({ failure }) => failure !== null)
  const failures = [...Map.groupBy(failed, ({ failure }) => failure ?? '')].toSorted(byName)
  return {
    totals: add(groups),
    days: by(({ day }) => day).map(([day, figures]) => ({ day, ...figures })),
    models: by(({ model }) => model).map(([model, figures]) => ({ model, ...figures })),
    failures: failures.map(([failure, members]) => ({ failure, requests: add(members).requests })),
    records,
    next_before: records.length === limit ? (records.at(-1)?.id ?? null) : null,
  }
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1
}

function add(groups: readonly Group[]): Figures {
  const figures = { requests: 0, failed: 0, input_tokens: 0, output_tokens: 0 }
  for (const { failure, requests, input_tokens, output_tokens } of groups) {
    figures.requests += requests
    figures.failed += failure === null ? 0 : requests
    figures.input_tokens += input_tokens
    figures.output_tokens += output_tokens
  }
  return figures
}
