// What the slow form and the repaired form of the tasks API do differently, side by side.
import type { Form } from '../shared/form.ts'
import { readAllForEach, readOnce, type ScanSessions } from './session-scan.ts'
import { countOneByOne, countTogether, type ReadStatistics } from './statistics.ts'

export interface TasksForm {
  /** The state of each database: everything up to this migration. */
  readonly architect: string
  readonly assigner: string
  readonly readStatistics: ReadStatistics
  readonly scanSessions: ScanSessions
}

export const tasksForms: Readonly<Record<Form, TasksForm>> = {
  slow: {
    architect: 'tables',
    assigner: 'tables',
    readStatistics: countOneByOne,
    scanSessions: readAllForEach,
  },
  repaired: {
    architect: 'errors-project-type',
    assigner: 'sessions-status-activity',
    readStatistics: countTogether,
    scanSessions: readOnce,
  },
}
