// A job of an API, whose runs stop where the test says, and what is asked about it.
import { expect } from 'vitest'
import { barrier, type Barrier } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import type { Sections, TestWeir } from '../kit/weir.ts'

export const path = '/api/usage/collect'
export const summary = JSON.stringify({ processed: 3, stored: 2, skipped: 1, secret: 'x' })

export function jobs(job: object, others: object = {}): Sections {
  return { routes: [{ path, methods: ['POST'], job, ...others }] }
}

/** An origin whose runs stop at a barrier, one for each run. */
export function collector(): { handler: OriginHandler; runs: Barrier[]; run: (index: number) => Barrier } {
  const runs: Barrier[] = []
  const run = (index: number): Barrier => (runs[index] ??= barrier())
  let count = 0
  const handler: OriginHandler = async (_, response) => {
    await run(count++).arrive()
    response.setHeader('Content-Type', 'application/json').end(summary)
  }
  return { handler, runs, run }
}

export function trigger(weir: TestWeir, headers: Record<string, string> = {}): Promise<Answer> {
  return weir.request({ method: 'POST', path, headers })
}

export function problemOf(answer: Answer): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}

export async function refusals(weir: TestWeir): Promise<unknown> {
  return ((await weir.manage('/health/performance')).json as { refusals: unknown }).refusals
}

export async function runsOf(weir: TestWeir): Promise<Record<string, unknown>[]> {
  return ((await weir.manage('/health/jobs')).json as { runs: Record<string, unknown>[] }).runs
}
