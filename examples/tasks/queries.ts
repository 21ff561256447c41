// The lists of the tasks API: the same queries in both forms, with and without the indexes that they were written for.

const newestFirst = 'ORDER BY id DESC LIMIT ?'

/** Those of `architect.db`. */
export const architectQueries = {
  queue: 'SELECT * FROM task_queue WHERE status = ? ORDER BY priority DESC, created_at ASC LIMIT ?',
  queueByType: `SELECT * FROM task_queue WHERE task_type = ? AND status = ? ${newestFirst}`,
  queueByWorker: `SELECT * FROM task_queue WHERE assigned_worker = ? AND status = ? ${newestFirst}`,
  pool: 'SELECT * FROM session_pool WHERE status = ? AND health = ? ORDER BY id LIMIT ?',
  errorsByNode: `SELECT * FROM errors WHERE node_id = ? AND status = ? ${newestFirst}`,
  errorsByProject: `SELECT * FROM errors WHERE project_id = ? AND error_type = ? ${newestFirst}`,
} as const

/** Those of `assigner.db`. */
export const assignerQueries = {
  prompts: 'SELECT * FROM prompts WHERE status = ? ORDER BY priority DESC, created_at ASC LIMIT ?',
  promptsBySession: `SELECT * FROM prompts WHERE target_session = ? AND status = ? ${newestFirst}`,
  sessions: 'SELECT * FROM sessions WHERE status = ? ORDER BY last_activity DESC, name LIMIT ?',
} as const
