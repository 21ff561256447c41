// What the slow form and the repaired form of the research API do differently, side by side.
import type { Form } from '../shared/form.ts'
import type { PoolSettings } from '../shared/postgres.ts'
import { type CountAll, countInTurn, countTogether, platformCountSql } from './counts.ts'

export interface ResearchForm {
  /** The state of the database: everything up to this migration. */
  readonly migration: string
  /** For a real server; the embedded one has one connection. */
  readonly pool: PoolSettings
  readonly countAll: CountAll
  readonly platformCount: string
}

export const researchForms: Readonly<Record<Form, ResearchForm>> = {
  slow: {
    migration: 'tables',
    pool: { size: 10, overflow: 20, waitMs: 0, recycleSeconds: 0, statementTimeoutMs: 0 },
    countAll: countInTurn,
    platformCount: platformCountSql.slow,
  },
  repaired: {
    migration: 'idx_api_keys_hash_active',
    pool: { size: 20, overflow: 30, waitMs: 30_000, recycleSeconds: 3_600, statementTimeoutMs: 30_000 },
    countAll: countTogether,
    platformCount: platformCountSql.repaired,
  },
}
