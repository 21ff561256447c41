// What operators and clients see of jobs: their runs, the latest first.
import { z } from 'zod'
import type { Room } from '../proxy/call.ts'
import { runSummary } from '../proxy/writes/run-summary.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const run = z.looseObject({
  runId: z.string(),
  job: z.string(),
  route: z.string(),
  state: z.enum(['running', 'answered', 'lost', 'aborted']),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  lockWaitMs: z.number(),
  status: z.int().nullable(),
  failure: z.string().nullable(),
  leaseLost: z.boolean(),
  report: z.record(z.string(), z.unknown()),
})

export function jobEndpoints(room: () => Room): readonly Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/health/jobs',
      summary: 'The latest runs of jobs, running ones included; with `run`, that one alone.',
      query: z.strictObject({ run: z.string().optional() }),
      answers: { 200: z.strictObject({ runs: z.array(run) }) },
      async answer({ query }) {
        const runs = await room().writes.runs.list()
        const wanted = query.run === undefined ? runs : runs.filter(({ runId }) => runId === query.run)
        if (query.run !== undefined && wanted.length === 0)
          return { status: 404, problem: 'no-run', detail: 'There is no such run, or it is long past.' }
        return { status: 200, body: { runs: wanted.map(runSummary) } }
      },
    }),
  ]
}
