// Jobs: runs that must not overlap, and what those get who ask for one while another runs.
import { randomUUID } from 'node:crypto'
import type { JobPolicy } from '../../policy/route-policy.ts'
import type { RunRecord } from '../../store/run-records.ts'
import type { Call } from '../call.ts'
import type { Guard, WriteEnd } from './guards.ts'
import { type HeldLease, takeLease } from './held-lease.ts'
import type { LiveJob } from './live-jobs.ts'
import { busyAnswer, cooldownAnswer, type RunFacts } from './job-answers.ts'
import { type OwnAnswer, unavailable } from './own-answer.ts'
import { requesterDigest } from './requester.ts'
import type { Attendable } from './run-landing.ts'
import { parseJson, reportOf } from './run-summary.ts'

export type JobEntry =
  /** This call's request is the run. Tell `began` as soon as it is sent. */
  | {
      readonly kind: 'start'
      readonly runId: string
      readonly guard: Guard
      readonly began: (run: Attendable) => void
    }
  | { readonly kind: 'join'; readonly runId: string; readonly run: Attendable }
  | { readonly kind: 'answer'; readonly answer: OwnAnswer }

/** Enters the job of this call's path. In one tick only one can find nobody there. */
export async function enterJob(call: Call, job: JobPolicy): Promise<JobEntry> {
  const { jobs } = call.room.writes
  const live = jobs.get(call.head.path)
  if (live === undefined) return begin(call, job)
  const start = await live.start
  if (start.kind === 'refused') return { kind: 'answer', answer: start.answer }
  if (jobs.get(call.head.path) !== live) return enterJob(call, job)
  const facts = { runId: live.runId, startedAt: live.startedAt }
  if (job.busy === 'join' && live.joinKey === joinKeyOf(call) && start.run.isOpen)
    return { kind: 'join', runId: live.runId, run: start.run }
  return { kind: 'answer', answer: busy(call, job, facts) }
}

async function begin(call: Call, job: JobPolicy): Promise<JobEntry> {
  const { room, head } = call
  const { jobs, leases } = room.writes
  const facts = { runId: randomUUID(), startedAt: room.clock.now() }
  const live = jobs.list(head.path, { ...facts, joinKey: joinKeyOf(call) })
  const refuse = (answer: OwnAnswer): JobEntry => {
    jobs.remove(live)
    live.refuse(answer)
    return { kind: 'answer', answer }
  }
  const rested = await cooldown(call, job)
  if (rested !== null) return refuse(rested)
  const ports = { leases, clock: room.clock }
  const taking = await takeLease(ports, `job ${head.path}`, job.leaseMs, JSON.stringify(facts))
  if (taking.kind === 'unavailable') return refuse(unavailable)
  if (taking.kind === 'busy') return refuse(busy(call, job, factsIn(taking.note)))
  const lockWaitMs = room.clock.now() - facts.startedAt
  const running = record(call, live, lockWaitMs)
  await room.writes.runs.put(running)
  const settle = (end: WriteEnd): Promise<void> => ended(call, job, live, taking.held, running, end)
  return { kind: 'start', runId: live.runId, guard: { settle }, began: (run) => live.began(run) }
}

/** The record is put before the lease is released, so that whoever takes it next finds the record. */
async function ended(
  { room }: Call,
  job: JobPolicy,
  live: LiveJob,
  held: HeldLease,
  running: RunRecord,
  end: WriteEnd,
): Promise<void> {
  const { jobs, runs, observeRun } = room.writes
  jobs.remove(live)
  const endedAt = room.clock.now()
  const settled: RunRecord = {
    ...running,
    ...outcomeOf(end, job),
    endedAt,
    durationMs: endedAt - running.startedAt - running.lockWaitMs,
    leaseLost: held.isLost,
  }
  observeRun(settled)
  await Promise.all([runs.put(settled), held.release()])
}

function outcomeOf(
  end: WriteEnd,
  job: JobPolicy,
): Pick<RunRecord, 'state' | 'status' | 'failure' | 'report'> {
  switch (end.kind) {
    case 'answered': {
      const { head, body } = end
      return { state: 'answered', status: head.status, failure: null, report: reportOf(body, job.report) }
    }
    case 'lost':
      return { state: 'lost', status: end.status, failure: end.failure.kind, report: {} }
    case 'aborted':
    case 'unsent':
      return { state: 'aborted', status: null, failure: null, report: {} }
  }
}

function record(call: Call, { runId, startedAt }: LiveJob, lockWaitMs: number): RunRecord {
  return {
    runId,
    job: call.head.path,
    route: call.policy.name,
    state: 'running',
    startedAt,
    endedAt: null,
    durationMs: null,
    lockWaitMs,
    status: null,
    failure: null,
    leaseLost: false,
    report: {},
  }
}

async function cooldown({ room, head }: Call, { cooldownMs }: JobPolicy): Promise<OwnAnswer | null> {
  if (cooldownMs === 0) return null
  const last = await room.writes.runs.last(head.path)
  const succeeded = last?.state === 'answered' && last.status !== null && last.status < 400
  const leftMs = (last?.endedAt ?? 0) + cooldownMs - room.clock.now()
  return succeeded && leftMs > 0 ? cooldownAnswer(last, leftMs) : null
}

/** Who may be given the run's own answer: whoever would have asked for exactly that, as the same user. */
function joinKeyOf(call: Call): string {
  return requesterDigest(call, call.head.method, call.head.query)
}

function busy({ room }: Call, job: JobPolicy, facts: RunFacts | null): OwnAnswer {
  const statusUrl = facts === null ? null : room.writes.statusUrl(facts.runId)
  return busyAnswer(job.busy, facts, statusUrl, room.clock.now())
}

/** What another process wrote into its lease; null where that cannot be read. */
function factsIn(note: string): RunFacts | null {
  const facts = parseJson(note) as Partial<RunFacts> | null | undefined
  const { runId, startedAt } = facts ?? {}
  return typeof runId === 'string' && typeof startedAt === 'number' ? { runId, startedAt } : null
}
