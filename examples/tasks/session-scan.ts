// What a scan of the running sessions finds out about each: the task that the database says it is at.
import type { DatabaseSync } from 'node:sqlite'
import { allRows } from '../shared/sqlite.ts'

interface StoredSession {
  readonly name: string
  readonly current_task_id: number | null
}

export interface FoundSession {
  readonly name: string
  readonly current_task_id: number | null
}

/** @param running the names of the sessions that run on this machine, known to the database or not */
export type ScanSessions = (assigner: DatabaseSync, running: readonly string[]) => readonly FoundSession[]

/** The slow form: reads all stored sessions again for every running one, and searches them from the start. */
export const readAllForEach: ScanSessions = (assigner, running) =>
  running.map((name) => {
    const stored = storedSessions(assigner).find((session) => session.name === name)
    return { name, current_task_id: stored?.current_task_id ?? null }
  })

/** The repaired form: reads the stored sessions once. */
export const readOnce: ScanSessions = (assigner, running) => {
  const tasks = new Map(storedSessions(assigner).map(({ name, current_task_id }) => [name, current_task_id]))
  return running.map((name) => ({ name, current_task_id: tasks.get(name) ?? null }))
}

function storedSessions(assigner: DatabaseSync): readonly StoredSession[] {
  return allRows(assigner, 'SELECT * FROM sessions')
}
