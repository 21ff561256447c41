// What the slow form and the repaired form of the usage API do differently; collector and providers are the same in both.
import type { Form } from '../shared/form.ts'
import { addUpInDatabase, addUpInMemory, type ReadHistory } from './history.ts'

export interface UsageForm {
  /** The state of the database: everything up to this migration. */
  readonly migration: string
  readonly readHistory: ReadHistory
  readonly longestWindowMs: number
}

const dayMs = 24 * 3_600_000

export const usageForms: Readonly<Record<Form, UsageForm>> = {
  slow: { migration: 'tables', readHistory: addUpInMemory, longestWindowMs: Infinity },
  repaired: {
    migration: 'ix_usage_records_recorded_at',
    readHistory: addUpInDatabase,
    longestWindowMs: 90 * dayMs,
  },
}
