// The endpoints of the API: method, path and what each answers.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from './database.ts'
import { notFound, Problem, unprocessable } from './problem.ts'
import type { AccountsRepository, AccountWithUsage, Page, Row } from './repository.ts'

export interface Call {
  readonly params: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** The parsed JSON body; undefined where there was none. */
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly fields?: Readonly<Record<string, string>>
  /** Sent as JSON; undefined: no content. */
  readonly body?: unknown
}

export interface Endpoint {
  readonly method: string
  readonly pattern: URLPattern
  /** Throws a `Problem` where the client is to be told about a failure. */
  readonly answer: (call: Call) => Answer
}

const accountChange = z.strictObject({
  plan: z.enum(['free', 'plus', 'pro', 'team']).optional(),
  status: z.enum(['active', 'paused', 'deactivated']).optional(),
})
const newAccount = accountChange.extend({ email: z.email() })

export function accountsEndpoints(repository: AccountsRepository, database: Database): readonly Endpoint[] {
  return [
    endpoint('GET', '/api/accounts', () => ({ status: 200, body: { accounts: repository.list() } })),
    endpoint('POST', '/api/accounts', ({ body }) => {
      const { email, plan = 'free', status = 'active' } = parseBody(newAccount, body)
      if (repository.hasEmail(email))
        throw new Problem(409, 'Conflict', `there is an account for ${email} already`)
      const id = `acc-${randomUUID()}`
      repository.add({ id, email, plan, status, created_at: new Date().toISOString(), refreshed_at: null })
      return { status: 201, fields: { Location: `/api/accounts/${id}` }, body: existing(id) }
    }),
    endpoint('GET', '/api/accounts/:id', ({ params }) => ({ status: 200, body: existing(params.id) })),
    endpoint('PATCH', '/api/accounts/:id', ({ params, body }) => {
      const { id } = existing(params.id)
      repository.change(id, parseBody(accountChange, body))
      return { status: 200, body: existing(id) }
    }),
    endpoint('DELETE', '/api/accounts/:id', ({ params }) => {
      repository.remove(existing(params.id).id)
      return { status: 204 }
    }),
    endpoint('GET', '/api/usage/history', ({ query }) => {
      const page = parsePage(query)
      return { status: 200, body: pageOf('usage', repository.usageHistory(query.get('account'), page), page) }
    }),
    endpoint('POST', '/api/usage/refresh', () => {
      const recordedAt = Date.now()
      const written = repository.refreshUsage(recordedAt)
      return { status: 200, body: { rows_written: written, recorded_at: new Date(recordedAt).toISOString() } }
    }),
    endpoint('GET', '/api/request-logs', ({ query }) => {
      const page = parsePage(query)
      return { status: 200, body: pageOf('request_logs', repository.requestLogs(page), page) }
    }),
    endpoint('GET', '/health', () => judgeHealth(repository, database)),
  ]

  function existing(id: string | undefined): AccountWithUsage {
    const account = id === undefined ? undefined : repository.find(id)
    if (account === undefined) throw notFound(`there is no account ${id ?? ''}`)
    return account
  }
}

function endpoint(method: string, pathname: string, answer: Endpoint['answer']): Endpoint {
  return { method, pattern: new URLPattern({ pathname }), answer }
}

function parseBody<Body>(shape: z.ZodType<Body>, body: unknown): Body {
  const parsed = shape.safeParse(body)
  if (!parsed.success) throw unprocessable(z.prettifyError(parsed.error))
  return parsed.data
}

function parsePage(query: URLSearchParams): Page {
  const limit = parseInteger(query, 'limit') ?? 50
  if (limit > 500) throw unprocessable('limit is at most 500')
  return { limit, before: parseInteger(query, 'before') }
}

function parseInteger(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  if (!/^[1-9]\d{0,14}$/.test(text)) throw unprocessable(`${name} is a positive whole number`)
  return Number(text)
}

function pageOf(name: string, rows: readonly Row[], page: Page): Readonly<Record<string, unknown>> {
  const last = rows.length === page.limit ? rows.at(-1) : undefined
  return { [name]: rows, next_before: last?.id ?? null }
}

function judgeHealth(repository: AccountsRepository, database: Database): Answer {
  const pool = database.pool()
  const startedAt = performance.now()
  try {
    repository.ping()
  } catch {
    return {
      status: 503,
      body: { status: 'degraded', database: { status: 'unhealthy', latency_ms: null, pool } },
    }
  }
  const latency = Math.round((performance.now() - startedAt) * 1000) / 1000
  return { status: 200, body: { status: 'ok', database: { status: 'healthy', latency_ms: latency, pool } } }
}
