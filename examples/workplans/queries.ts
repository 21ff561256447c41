// The other queries of the workplans API.
import type { Queries } from '../shared/postgres.ts'

export const tasksSql = `
  SELECT * FROM tasks WHERE status = ANY($1) AND ($2::boolean IS NULL OR needs_human = $2)
  ORDER BY created_at DESC, id DESC LIMIT $3`

export const workstreamTasksSql =
  'SELECT * FROM tasks WHERE workstream_id = $1 AND status = ANY($2) ORDER BY id'

export const workstreamsSql =
  'SELECT id, topic_id, slug, title, status FROM workstreams WHERE status = $1 ORDER BY id'

/** The latest snapshot of each repository, in each form. */
export const snapshotsSql = {
  slow: `
    SELECT snapshots.* FROM sbom_snapshots AS snapshots
    JOIN (SELECT repo_id, max(snapshot_at) AS snapshot_at FROM sbom_snapshots GROUP BY repo_id) AS latest
      ON latest.repo_id = snapshots.repo_id AND latest.snapshot_at = snapshots.snapshot_at
    ORDER BY snapshots.repo_id, snapshots.id`,
  // The index alone does not help the text above: PostgreSQL reads every entry to group them. One step for each repository does.
  repaired: `
    SELECT snapshots.* FROM managed_repos
    CROSS JOIN LATERAL (SELECT max(snapshot_at) AS snapshot_at FROM sbom_snapshots WHERE repo_id = managed_repos.id) AS latest
    JOIN sbom_snapshots AS snapshots
      ON snapshots.repo_id = managed_repos.id AND snapshots.snapshot_at = latest.snapshot_at
    ORDER BY snapshots.repo_id, snapshots.id`,
} as const

const counted = [
  'domains',
  'topics',
  'workstreams',
  'tasks',
  'decisions',
  'progress_events',
  'managed_repos',
] as const

/** What the start page shows: how many there are of everything, tasks by status, and the active workstreams' open tasks. */
export async function readSummary(database: Queries): Promise<unknown> {
  const counts = counted.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ')
  const [totals] = await database.rows(`SELECT ${counts}`)
  const tasks = await database.rows(
    'SELECT status, count(*)::int AS count FROM tasks GROUP BY status ORDER BY status',
  )
  const workstreams = await database.rows(`
    SELECT workstreams.id, workstreams.title, count(tasks.id)::int AS open_tasks
    FROM workstreams LEFT JOIN tasks ON tasks.workstream_id = workstreams.id AND tasks.status <> 'done'
    WHERE workstreams.status = 'active' GROUP BY workstreams.id ORDER BY workstreams.id`)
  return { totals, tasks, workstreams }
}
