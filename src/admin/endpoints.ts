// What the management listener offers.
import { z } from 'zod'
import type { Room } from '../proxy/call.ts'
import { cacheEndpoints } from './cache-endpoints.ts'
import { configEndpoints } from './config-endpoints.ts'
import type { Json } from './config-view.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { jobEndpoints } from './job-endpoints.ts'
import { explainEndpoints } from './explain-endpoints.ts'
import type { ExplainAnswer, ExplainQuestion } from './explain-question.ts'
import type { ReloadOutcome } from './reload.ts'
import { openApiOf } from './openapi.ts'
import { pageEndpoints } from './page-endpoints.ts'
import { type PerformanceReport, performanceSchema } from './performance.ts'

export interface ManagedParts {
  /** The room in use now: a reload brings another. */
  readonly room: () => Room
  /** The configuration in use now, nothing secret in it. */
  readonly config: () => Json
  readonly reload: () => Promise<ReloadOutcome>
  /** The metrics in Prometheus' text format, and its media type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly type: string }>
  readonly explain: (question: ExplainQuestion) => ExplainAnswer
  readonly performance: () => Promise<PerformanceReport>
  /** False once weir is stopping. */
  readonly isReady: () => boolean
  /** Of weir. */
  readonly version: string
}

const live = z.strictObject({ status: z.literal('ok') })

export function managementEndpoints({
  room,
  config,
  reload,
  metrics,
  explain,
  performance,
  isReady,
  version,
}: ManagedParts): readonly Endpoint[] {
  const endpoints: Endpoint[] = [
    endpoint({
      method: 'GET',
      path: '/health/live',
      open: true,
      summary: 'The process is alive.',
      answers: { 200: live },
      answer: () => ({ status: 200, body: { status: 'ok' } }),
    }),
    endpoint({
      method: 'GET',
      path: '/health/ready',
      open: true,
      summary: 'weir takes requests; 503 once it is stopping.',
      answers: { 200: live, 503: z.strictObject({ status: z.literal('stopping') }) },
      answer: () =>
        isReady() ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'stopping' } },
    }),
    endpoint({
      method: 'GET',
      path: '/health/performance',
      summary: 'Cache, database, origin and route figures: where failures and latency come from.',
      answers: { 200: performanceSchema },
      answer: async () => ({ status: 200, body: await performance() }),
    }),
    endpoint({
      method: 'GET',
      path: '/metrics',
      summary: "The metrics, in Prometheus' text format.",
      media: 'text/plain',
      answers: { 200: z.string() },
      answer: async () => {
        const { text, type } = await metrics()
        return { status: 200, content: text, type }
      },
    }),
    ...cacheEndpoints(room),
    ...jobEndpoints(room),
    ...explainEndpoints(explain),
    ...configEndpoints(config, reload),
    ...pageEndpoints(),
    endpoint({
      method: 'GET',
      path: '/openapi.json',
      open: true,
      summary: 'This description.',
      answers: { 200: z.looseObject({ openapi: z.literal('3.1.0') }) },
      answer: () => ({ status: 200, body: openApiOf(endpoints, version) }),
    }),
  ]
  return endpoints
}
