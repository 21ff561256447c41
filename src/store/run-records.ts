// The record port of job runs: what ran, when, and what came of it.
import type { FailureKind } from '../policy/failure.ts'

/** running; answered: the origin gave its whole answer; lost: it did not; aborted: nobody wanted it any more. */
export type RunState = 'running' | 'answered' | 'lost' | 'aborted'

export interface RunRecord {
  readonly runId: string
  /** What must not overlap: the path. */
  readonly job: string
  /** The route's name. */
  readonly route: string
  readonly state: RunState
  readonly startedAt: number
  /** Null while it runs. */
  readonly endedAt: number | null
  readonly durationMs: number | null
  /** From the request to the lease. */
  readonly lockWaitMs: number
  /** The status of the origin's answer; null where there was none. */
  readonly status: number | null
  readonly failure: FailureKind | null
  /** The lease ran out while the run was under way: another may have run at the same time. */
  readonly leaseLost: boolean
  /** What the route's `report` points to in the answer, by pointer. */
  readonly report: Readonly<Record<string, ReportValue>>
}

export type ReportValue = string | number | boolean | null

/** No call rejects, and each settles within a bound of the adapter's own: a record that cannot be had is none. */
export interface RunRecords {
  /** Keeps a record in place of an earlier one of the same run. */
  put(record: RunRecord): Promise<void>
  /** The run of this job that began last. */
  last(job: string): Promise<RunRecord | null>
  /** The latest first, a bounded number. */
  list(): Promise<readonly RunRecord[]>
}
