// The endpoints of the API: lists, the assigner's figures, the scan of sessions, and adding work.
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { endpoint, type Endpoint, parseBody, parseLimit, reading } from '../shared/endpoint.ts'
import { notFound, unprocessable } from '../shared/problem.ts'
import { allRows } from '../shared/sqlite.ts'
import type { TasksForm } from './forms.ts'
import { architectQueries, assignerQueries } from './queries.ts'

export interface TasksDatabases {
  readonly architect: DatabaseSync
  readonly assigner: DatabaseSync
}

const availableForMs = 10 * 60_000
const newTask = z.strictObject({
  task_type: z.string(),
  priority: z.int().min(0).max(9),
  payload: z.string(),
})
const newPrompt = z.strictObject({ content: z.string(), priority: z.int().min(0).max(9) })

/** @param running the sessions that run on this machine */
export function tasksEndpoints(
  { architect, assigner }: TasksDatabases,
  form: TasksForm,
  running: readonly string[],
): readonly Endpoint[] {
  return [
    reading('/api/queue', ({ query }) => {
      const [type, worker] = [query.get('type'), query.get('worker')]
      const status = query.get('status') ?? 'pending'
      if (type !== null && worker !== null) throw unprocessable('ask by type or by worker')
      if (type !== null) return rows(architect, architectQueries.queueByType, [type, status], query)
      if (worker !== null) return rows(architect, architectQueries.queueByWorker, [worker, status], query)
      return rows(architect, architectQueries.queue, [status], query)
    }),
    endpoint('POST', '/api/queue', ({ body }) => {
      const { task_type, priority, payload } = parseBody(newTask, body)
      const { lastInsertRowid } = architect
        .prepare(
          `INSERT INTO task_queue (task_type, status, priority, payload, created_at)
           VALUES (?, 'pending', ?, ?, ?)`,
        )
        .run(task_type, priority, payload, new Date().toISOString())
      return { status: 201, body: { id: Number(lastInsertRowid) } }
    }),
    reading('/api/session-pool', ({ query }) => {
      const [status, health] = [query.get('status') ?? 'idle', query.get('health') ?? 'good']
      return rows(architect, architectQueries.pool, [status, health], query)
    }),
    reading('/api/errors', ({ query }) => {
      const [node, project] = [query.get('node'), query.get('project')]
      if (project !== null) {
        const type = query.get('type') ?? 'crash'
        return rows(architect, architectQueries.errorsByProject, [project, type], query)
      }
      if (node === null) throw unprocessable('ask by node or by project')
      return rows(architect, architectQueries.errorsByNode, [node, query.get('status') ?? 'open'], query)
    }),
    reading('/api/assigner/status', () => {
      const activeSince = new Date(Date.now() - availableForMs).toISOString()
      return { stats: form.readStatistics(assigner, activeSince) }
    }),
    reading('/api/assigner/prompts', ({ query }) => {
      const [session, status] = [query.get('session'), query.get('status') ?? 'pending']
      return session === null
        ? rows(assigner, assignerQueries.prompts, [status], query)
        : rows(assigner, assignerQueries.promptsBySession, [session, status], query)
    }),
    endpoint('POST', '/api/assigner/prompts', ({ body }) => {
      const { content, priority } = parseBody(newPrompt, body)
      const { lastInsertRowid } = assigner
        .prepare(`INSERT INTO prompts (content, status, priority, created_at) VALUES (?, 'pending', ?, ?)`)
        .run(content, priority, new Date().toISOString())
      return { status: 201, body: { id: Number(lastInsertRowid) } }
    }),
    endpoint('PATCH', '/api/assigner/prompts/:id', ({ params, body }) => {
      const { status } = parseBody(z.strictObject({ status: z.string() }), body)
      const { changes } = assigner
        .prepare('UPDATE prompts SET status = ? WHERE id = ?')
        .run(status, Number(params.id))
      if (changes === 0) throw notFound(`there is no prompt ${params.id ?? ''}`)
      return { status: 204 }
    }),
    reading('/api/assigner/sessions', ({ query }) =>
      rows(assigner, assignerQueries.sessions, [query.get('status') ?? 'idle'], query),
    ),
    reading('/api/assigner/scan', () => ({ sessions: form.scanSessions(assigner, running) })),
  ]
}

function rows(
  connection: DatabaseSync,
  sql: string,
  parameters: readonly string[],
  query: URLSearchParams,
): { readonly rows: readonly unknown[] } {
  return { rows: allRows(connection, sql, ...parameters, parseLimit(query)) }
}
