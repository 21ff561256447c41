// The endpoints of the usage API: history, collector, what dashboards poll, and generation with its two known failures.
import { z } from 'zod'
import {
  endpoint,
  type Endpoint,
  parseBody,
  parseChoice,
  parseInteger,
  parseLimit,
  reading,
} from '../shared/endpoint.ts'
import type { Queries } from '../shared/postgres.ts'
import { unprocessable } from '../shared/problem.ts'
import type { Collector } from './collector.ts'
import type { UsageForm } from './forms.ts'
import type { Remote } from './remote.ts'
import { models } from './seed.ts'

const hourMs = 3_600_000
const generation = z.strictObject({ model: z.string(), prompt: z.string() })

export function usageEndpoints(
  database: Queries,
  form: UsageForm,
  collector: Collector,
  remote: Remote,
): readonly Endpoint[] {
  return [
    reading('/api/usage/history', async ({ query }) => {
      const range = query.get('range') ?? '7d'
      const to = new Date()
      const from = new Date(to.getTime() - parseRange(range, form.longestWindowMs))
      const history = await form.readHistory(database, {
        from,
        to,
        model: parseChoice(query, 'model', models),
        limit: parseLimit(query),
        before: parseInteger(query, 'before'),
      })
      return { range, from, to, ...history }
    }),
    endpoint('POST', '/api/usage/collect', async () => ({ status: 200, body: await collector.run() })),
    reading('/api/usage/collector', () => collector.state()),
    reading('/api/monitoring/status', async () => ({
      last_hour: await database.rows(
        `SELECT model, count(*)::int AS requests, count(failure)::int AS failed FROM usage_records
         WHERE recorded_at >= $1 GROUP BY model ORDER BY model`,
        [new Date(Date.now() - hourMs)],
      ),
    })),
    // A page that waits for somebody to sign in asks this every second, with a state of its own.
    reading('/api/oauth/status', async ({ query }) => {
      const state = query.get('state')
      if (state === null) throw unprocessable('state is missing')
      await remote.provider()
      return { state, status: 'pending' }
    }),
    endpoint('POST', '/api/generate', ({ body }) => {
      const { model } = parseBody(generation, body)
      if (!models.some((known) => known === model))
        return { status: 400, body: { error: { message: `unsupported model: ${model}` } } }
      if (model === 'vision') {
        const error = { code: 'model_cooldown', message: 'the quota of this model is used up' }
        return { status: 429, fields: { 'Retry-After': '30' }, body: { error } }
      }
      return { status: 200, body: { text: 'Here is an answer.' } }
    }),
  ]
}

/** 24h, 7d; throws 422 for anything else, and for more than `longestMs`. */
function parseRange(text: string, longestMs: number): number {
  const [, count, unit] = /^([1-9]\d{0,4})([dh])$/.exec(text) ?? []
  if (count === undefined) throw unprocessable('range is a number of hours or days: 24h, 7d')
  const rangeMs = Number(count) * (unit === 'd' ? 24 : 1) * hourMs
  if (rangeMs > longestMs) throw unprocessable(`range is at most ${longestMs / (24 * hourMs)} days`)
  return rangeMs
}
