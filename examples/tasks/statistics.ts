// The assigner's seven figures: one count at a time, or all of a table in one pass.
import type { DatabaseSync } from 'node:sqlite'
import { firstRow } from '../shared/sqlite.ts'

export interface Statistics {
  readonly pending_prompts: number
  readonly active_assignments: number
  readonly completed_prompts: number
  readonly failed_prompts: number
  readonly total_sessions: number
  readonly available_sessions: number
  readonly busy_sessions: number
}

/** @param activeSince a session that was last active before this moment is not available */
export type ReadStatistics = (assigner: DatabaseSync, activeSince: string) => Statistics

/** The slow form: seven queries, each of which reads its table. */
export const countOneByOne: ReadStatistics = (assigner, activeSince) => {
  const count = (from: string, ...parameters: readonly string[]): number =>
    firstRow<{ count: number }>(assigner, `SELECT count(*) AS count FROM ${from}`, ...parameters)?.count ?? 0
  return {
    pending_prompts: count(`prompts WHERE status = 'pending'`),
    active_assignments: count(`prompts WHERE status IN ('assigned', 'in_progress')`),
    completed_prompts: count(`prompts WHERE status = 'completed'`),
    failed_prompts: count(`prompts WHERE status = 'failed'`),
    total_sessions: count('sessions'),
    available_sessions: count(
      `sessions WHERE status IN ('idle', 'waiting_input') AND last_activity >= ?`,
      activeSince,
    ),
    busy_sessions: count(`sessions WHERE status = 'busy'`),
  }
}

export const promptCountsSql = `
  SELECT
    (SELECT count(*) FROM prompts WHERE status = 'pending') AS pending_prompts,
    (SELECT count(*) FROM prompts WHERE status IN ('assigned', 'in_progress')) AS active_assignments,
    (SELECT count(*) FROM prompts WHERE status = 'completed') AS completed_prompts,
    (SELECT count(*) FROM prompts WHERE status = 'failed') AS failed_prompts`

export const sessionCountsSql = `
  SELECT
    (SELECT count(*) FROM sessions) AS total_sessions,
    (SELECT count(*) FROM sessions
     WHERE status IN ('idle', 'waiting_input') AND last_activity >= ?) AS available_sessions,
    (SELECT count(*) FROM sessions WHERE status = 'busy') AS busy_sessions`

/**
 * The repaired form: two queries, one for each table. The report counts with CASE in one pass over the table; with its
 * own indexes a search for each figure takes a fifth of that, and the table is not read at all.
 */
export const countTogether: ReadStatistics = (assigner, activeSince) => ({
  ...firstRow<Omit<Statistics, keyof SessionCounts>>(assigner, promptCountsSql)!,
  ...firstRow<SessionCounts>(assigner, sessionCountsSql, activeSince)!,
})

type SessionCounts = Pick<Statistics, 'total_sessions' | 'available_sessions' | 'busy_sessions'>
