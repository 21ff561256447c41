// The endpoints of the API: reference lists, tasks, the workplan index, the summary, and changing a task.
import { z } from 'zod'
import {
  endpoint,
  type Endpoint,
  parseBody,
  parseChoice,
  parseInteger,
  parseLimit,
  reading,
} from '../shared/endpoint.ts'
import type { Postgres } from '../shared/postgres.ts'
import { notFound } from '../shared/problem.ts'
import type { FileScan } from './file-scan.ts'
import type { WorkplansForm } from './forms.ts'
import { loadTopics } from './lists.ts'
import { readSummary, tasksSql, workstreamsSql, workstreamTasksSql } from './queries.ts'

const taskStatuses = ['todo', 'in_progress', 'done'] as const
const open = ['todo', 'in_progress'] as const
const taskChange = z.strictObject({ status: z.enum(taskStatuses) })

export function workplansEndpoints(
  database: Postgres,
  form: WorkplansForm,
  files: FileScan,
): readonly Endpoint[] {
  const { rows } = database
  return [
    reading('/domains/', () => form.lists.domains(database)),
    reading('/topics/', () => form.lists.topics(database)),
    reading('/repos/', () => form.lists.repos(database)),
    // The detail keeps its whole family in both forms: whoever opens a topic wants it.
    reading('/topics/:id', async ({ params }) => {
      const found = await rows<{ id: number; domain_id: number }>('SELECT * FROM topics WHERE id = $1', [
        wholeNumber(params.id),
      ])
      const [topic] = await loadTopics(database, found)
      if (topic === undefined) throw notFound(`there is no topic ${params.id ?? ''}`)
      return topic
    }),
    reading('/tasks/', ({ query }) => {
      const status = parseChoice(query, 'status', taskStatuses)
      const statuses = status === null ? open : [status]
      const workstream = parseInteger(query, 'workstream')
      if (workstream !== null) return rows(workstreamTasksSql, [workstream, statuses])
      const needsHuman = parseChoice(query, 'needs_human', ['true', 'false'])
      return rows(tasksSql, [statuses, needsHuman, parseLimit(query, 100, 2_000)])
    }),
    endpoint('PATCH', '/tasks/:id', async ({ params, body }) => {
      const { status } = parseBody(taskChange, body)
      const [task] = await rows('UPDATE tasks SET status = $1 WHERE id = $2 RETURNING *', [
        status,
        wholeNumber(params.id),
      ])
      if (task === undefined) throw notFound(`there is no task ${params.id ?? ''}`)
      return { status: 200, body: task }
    }),
    reading('/workstreams/', ({ query }) =>
      rows(workstreamsSql, [parseChoice(query, 'status', ['active', 'archived']) ?? 'active']),
    ),
    reading('/workstreams/workplan-index', async () => {
      const workplans = await files.index()
      return { workstreams: workplans.map(([path, workplan]) => ({ path, ...workplan })) }
    }),
    reading('/state/summary', () => readSummary(database)),
    reading('/sbom/snapshots/', () => rows(form.snapshotsSql)),
  ]
}

/** -1, which no row has, for what is not a whole number. */
function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : -1
}
