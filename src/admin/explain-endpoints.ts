// The endpoints that explain what weir does with a request.
import { z } from 'zod'
import { type Endpoint, type EndpointAnswer, endpoint } from './endpoint.ts'
import { type ExplainAnswer, explainQuestion, type ExplainQuestion } from './explain-question.ts'

const ground = {
  reason: z.string(),
  says: z.string(),
  cite: z.string().nullable(),
  config: z.string().nullable(),
}
const route = z.strictObject({
  path: z.string(),
  methods: z.array(z.string()).nullable(),
  at: z.string().nullable(),
})

const explanation = z.strictObject({
  request: z.strictObject({ method: z.string(), uri: z.string() }),
  route: route.nullable(),
  passedOver: z.array(route.extend({ because: z.string() })),
  verdict: z.strictObject({ cache: z.enum(['HIT', 'STALE', 'MISS', 'BYPASS', 'REFUSED']), ...ground }),
  key: z.array(z.strictObject({ part: z.string(), value: z.string() })).nullable(),
  stored: z.array(
    z.strictObject({
      selected: z.boolean(),
      status: z.int(),
      age: z.int(),
      lifetime: z.int(),
      from: z.string(),
      staleWhileRevalidate: z.int(),
      staleIfError: z.int(),
      etag: z.string().nullable(),
      tags: z.array(z.string()),
      vary: z.record(z.string(), z.string().nullable()),
      matches: z.boolean(),
      bytes: z.int(),
    }),
  ),
  answer: z
    .strictObject({
      which: z.enum(['last', 'asked']),
      stored: z.boolean(),
      lifetime: z.int().nullable(),
      from: z.string().nullable(),
      ...ground,
    })
    .nullable(),
  toHit: z.array(z.string()),
})

const simpleQuestion = z.strictObject({
  method: explainQuestion.shape.method,
  url: explainQuestion.shape.url,
})

export function explainEndpoints(explain: (question: ExplainQuestion) => ExplainAnswer): readonly Endpoint[] {
  const path = '/health/cache/explain'
  const answers = { 200: explanation }
  return [
    endpoint({
      method: 'GET',
      path,
      summary: 'What weir would do with a request that has no fields of its own, and why.',
      query: simpleQuestion,
      answers,
      answer: ({ query }) => answerOf(explain({ ...query, headers: {} })),
    }),
    endpoint({
      method: 'POST',
      path,
      summary: 'What weir would do with a request, and with an answer of the API to it, and why.',
      body: explainQuestion,
      answers,
      answer: ({ body }) => answerOf(explain(body)),
    }),
  ]
}

function answerOf(answer: ExplainAnswer): EndpointAnswer {
  if (answer.kind === 'explained') return { status: 200, body: answer.explanation }
  const detail = `weir would refuse this request with ${answer.status}: ${answer.detail}`
  return { status: 422, problem: answer.code, detail }
}
