// What the write path works with: where leases and records live, and what it remembers between requests.
import type { Clock } from '../../base/clock.ts'
import type { Leases } from '../../store/lease.ts'
import type { Replays } from '../../store/replays.ts'
import type { RunRecord, RunRecords } from '../../store/run-records.ts'
import { ContentBudget } from './content-budget.ts'
import { LiveJobs } from './live-jobs.ts'
import { Turns } from './turns.ts'
import { Underway } from './underway.ts'

export interface WritePorts {
  readonly clock: Clock
  readonly leases: Leases
  readonly runs: RunRecords
  readonly replays: Replays
  /** Told of each run once, when it has ended. */
  readonly observeRun: (run: RunRecord) => void
  /** Where the state of a run can be seen. */
  readonly statusUrl: (runId: string) => string
  /** Whether GETs of a path need a tag that writes to it can be checked against. */
  readonly covers: (path: string) => boolean
}

export interface Writes extends WritePorts {
  readonly jobs: LiveJobs
  readonly turns: Turns
  readonly heldContent: ContentBudget
  readonly underway: Underway
}

/** Content of requests that may be held, all together. */
const HELD_BYTES = 64 * 1024 * 1024

export function createWrites(ports: WritePorts): Writes {
  return {
    ...ports,
    jobs: new LiveJobs(),
    turns: new Turns(ports.leases, ports.clock),
    heldContent: new ContentBudget(HELD_BYTES),
    underway: new Underway(),
  }
}
