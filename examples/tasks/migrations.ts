// The two databases of the tasks API, step by step: as the report found them, then the nine indexes that it adds.
import type { Migration } from '../shared/migrations.ts'

/** The name is the index's without its prefix, in the words of a migration. */
function index(name: string, on: string): Migration {
  return {
    name: name.replace('idx_', '').replaceAll('_', '-'),
    up: [`CREATE INDEX IF NOT EXISTS ${name} ON ${on}`],
    down: [`DROP INDEX IF EXISTS ${name}`],
  }
}

/** architect.db: what is to be done, by whom, and what went wrong. */
export const architectMigrations: readonly Migration[] = [
  {
    name: 'tables',
    up: [
      `CREATE TABLE task_queue (
         id              INTEGER PRIMARY KEY,
         task_type       TEXT NOT NULL,
         status          TEXT NOT NULL,
         priority        INTEGER NOT NULL,
         assigned_worker TEXT,
         payload         TEXT NOT NULL,
         created_at      TEXT NOT NULL
       )`,
      `CREATE TABLE session_pool (
         id     INTEGER PRIMARY KEY,
         name   TEXT NOT NULL,
         status TEXT NOT NULL,
         health TEXT NOT NULL
       )`,
      `CREATE TABLE errors (
         id         INTEGER PRIMARY KEY,
         node_id    TEXT NOT NULL,
         project_id TEXT NOT NULL,
         error_type TEXT NOT NULL,
         status     TEXT NOT NULL,
         message    TEXT NOT NULL
       )`,
    ],
    down: ['DROP TABLE errors', 'DROP TABLE session_pool', 'DROP TABLE task_queue'],
  },
  index('idx_task_queue_status_priority', 'task_queue (status, priority, created_at)'),
  index('idx_task_queue_type_status', 'task_queue (task_type, status)'),
  index('idx_task_queue_assigned_worker', 'task_queue (assigned_worker, status)'),
  index('idx_session_pool_status_health', 'session_pool (status, health)'),
  index('idx_errors_node_status', 'errors (node_id, status)'),
  index('idx_errors_project_type', 'errors (project_id, error_type)'),
]

/** assigner.db: prompts that wait for a session, and the sessions. */
export const assignerMigrations: readonly Migration[] = [
  {
    name: 'tables',
    up: [
      `CREATE TABLE prompts (
         id             INTEGER PRIMARY KEY,
         content        TEXT NOT NULL,
         status         TEXT NOT NULL,
         priority       INTEGER NOT NULL,
         target_session TEXT,
         created_at     TEXT NOT NULL
       )`,
      `CREATE TABLE sessions (
         name            TEXT PRIMARY KEY,
         status          TEXT NOT NULL,
         current_task_id INTEGER,
         last_activity   TEXT NOT NULL
       )`,
    ],
    down: ['DROP TABLE sessions', 'DROP TABLE prompts'],
  },
  index('idx_prompts_status_priority_created', 'prompts (status, priority DESC, created_at ASC)'),
  index('idx_prompts_target_session_status', 'prompts (target_session, status)'),
  index('idx_sessions_status_activity', 'sessions (status, last_activity)'),
]
