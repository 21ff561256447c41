// Fills both databases of the tasks API. The report gives times and no counts: these sizes come near its times.
import type { DatabaseSync } from 'node:sqlite'
import { integerBelow, pickFrom, randomFrom } from '../shared/random.ts'
import { inTransaction } from '../shared/sqlite.ts'

export interface SeedSizes {
  readonly tasks: number
  readonly errors: number
  readonly pool: number
  readonly prompts: number
  readonly sessions: number
  /** Sessions that run on this machine: what a scan looks up. */
  readonly running: number
}

export const reportedSizes: SeedSizes = {
  tasks: 150_000,
  errors: 50_000,
  pool: 500,
  prompts: 150_000,
  sessions: 2_000,
  running: 200,
}

export const vocabulary = {
  taskTypes: ['build', 'deploy', 'review', 'test'],
  taskStatuses: ['pending', 'assigned', 'completed', 'completed', 'completed', 'completed', 'failed'],
  promptStatuses: ['pending', 'assigned', 'in_progress', 'completed', 'completed', 'completed', 'failed'],
  sessionStatuses: ['idle', 'waiting_input', 'busy', 'offline'],
  health: ['good', 'degraded', 'lost'],
  errorTypes: ['crash', 'lint', 'timeout'],
  errorStatuses: ['open', 'resolved', 'resolved'],
} as const

const minuteMs = 60_000

export function sessionName(index: number): string {
  return `session-${String(index).padStart(4, '0')}`
}

/** The same `now` (epoch ms) gives the same rows. */
export function seedArchitect(connection: DatabaseSync, now: number, sizes: SeedSizes): void {
  const random = randomFrom(4)
  const task = connection.prepare(
    `INSERT INTO task_queue (task_type, status, priority, assigned_worker, payload, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const error = connection.prepare(
    'INSERT INTO errors (node_id, project_id, error_type, status, message) VALUES (?, ?, ?, ?, ?)',
  )
  const pooled = connection.prepare('INSERT INTO session_pool (name, status, health) VALUES (?, ?, ?)')
  inTransaction(connection, () => {
    for (let row = 0; row < sizes.tasks; row += 1) {
      const status = pickFrom(vocabulary.taskStatuses, random)
      const worker = status === 'pending' ? null : `worker-${integerBelow(40, random)}`
      const payload = JSON.stringify({ command: `make target-${row}`, notes: 'x'.repeat(200) })
      const createdAt = moment(now - (sizes.tasks - row) * minuteMs)
      task.run(
        pickFrom(vocabulary.taskTypes, random),
        status,
        integerBelow(10, random),
        worker,
        payload,
        createdAt,
      )
    }
    for (let row = 0; row < sizes.errors; row += 1) {
      const [node, project] = [`node-${integerBelow(20, random)}`, `project-${integerBelow(50, random)}`]
      const [type, status] = [
        pickFrom(vocabulary.errorTypes, random),
        pickFrom(vocabulary.errorStatuses, random),
      ]
      error.run(node, project, type, status, `it went wrong for the ${row}th time`)
    }
    for (let row = 0; row < sizes.pool; row += 1) {
      pooled.run(
        sessionName(row),
        pickFrom(vocabulary.sessionStatuses, random),
        pickFrom(vocabulary.health, random),
      )
    }
  })
}

/** The same `now` (epoch ms) gives the same rows. */
export function seedAssigner(connection: DatabaseSync, now: number, sizes: SeedSizes): void {
  const random = randomFrom(5)
  const prompt = connection.prepare(
    'INSERT INTO prompts (content, status, priority, target_session, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const session = connection.prepare(
    'INSERT INTO sessions (name, status, current_task_id, last_activity) VALUES (?, ?, ?, ?)',
  )
  inTransaction(connection, () => {
    for (let row = 0; row < sizes.prompts; row += 1) {
      const target = random() < 0.5 ? null : sessionName(integerBelow(sizes.sessions, random))
      const content = `Please look at part ${row}. ${'It matters. '.repeat(10)}`
      const createdAt = moment(now - (sizes.prompts - row) * minuteMs)
      prompt.run(
        content,
        pickFrom(vocabulary.promptStatuses, random),
        integerBelow(10, random),
        target,
        createdAt,
      )
    }
    for (let row = 0; row < sizes.sessions; row += 1) {
      const status = pickFrom(vocabulary.sessionStatuses, random)
      const task = status === 'busy' ? 1 + integerBelow(Math.max(1, sizes.tasks), random) : null
      session.run(sessionName(row), status, task, moment(now - integerBelow(60, random) * minuteMs))
    }
  })
}

function moment(at: number): string {
  return new Date(at).toISOString()
}
