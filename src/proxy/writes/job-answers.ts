// What weir says to those who ask for a job that runs, or ran a moment ago.
import type { JobPolicy } from '../../policy/route-policy.ts'
import type { RunRecord } from '../../store/run-records.ts'
import { type OwnAnswer, refusing, telling } from './own-answer.ts'
import { isoTime, runSummary } from './run-summary.ts'

export interface RunFacts {
  readonly runId: string
  readonly startedAt: number
}

const LONGEST_WAIT_SECONDS = 60

/** @param facts null: the run is another process's, and nothing is known of it */
export function busyAnswer(
  busy: JobPolicy['busy'],
  facts: RunFacts | null,
  statusUrl: string | null,
  now: number,
): OwnAnswer {
  const members = facts === null ? {} : { runId: facts.runId, startedAt: isoTime(facts.startedAt), statusUrl }
  // How long it will take is not known; as long again as it has taken so far is a fair guess.
  const elapsedSeconds = facts === null ? 1 : Math.ceil((now - facts.startedAt) / 1000)
  const retryAfterSeconds = Math.min(Math.max(1, elapsedSeconds), LONGEST_WAIT_SECONDS)
  if (busy === 202) {
    const location = statusUrl === null ? [] : ['Location', statusUrl]
    const fields = [...location, 'Retry-After', String(retryAfterSeconds)]
    return telling({ status: 202, statusText: 'Accepted', fields }, 'job-busy', {
      state: 'running',
      ...members,
    })
  }
  return refusing({
    status: 409,
    reason: 'job-busy',
    detail: 'A run of this job is under way, and nothing was sent. Wait for it to end, or ask again later.',
    retryAfterSeconds,
    members,
  })
}

/** The summary of the last run in place of another. */
export function cooldownAnswer(last: RunRecord, leftMs: number): OwnAnswer {
  const value = { ...runSummary(last), cooldownSeconds: Math.ceil(leftMs / 1000) }
  return telling(
    { status: 200, statusText: 'OK', fields: ['Weir-Run-Id', last.runId] },
    'job-cooldown',
    value,
  )
}
