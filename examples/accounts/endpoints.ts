// The endpoints of the API: method, path and what each answers.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type Call,
  endpoint,
  type Endpoint,
  parseBody,
  parseInteger,
  parseLimit,
  reading,
} from '../shared/endpoint.ts'
import { notFound, Problem } from '../shared/problem.ts'
import type { AccountsForm } from './forms.ts'
import type { AccountsRepository, AccountWithUsage, Page, Row } from './repository.ts'

const accountChange = z.strictObject({
  plan: z.enum(['free', 'plus', 'pro', 'team']).optional(),
  status: z.enum(['active', 'paused', 'deactivated']).optional(),
})
const newAccount = accountChange.extend({ email: z.email() })
const count = z.int().min(0)
const logRow = z.strictObject({
  account_id: z.string(),
  model: z.string(),
  status: z.enum(['success', 'rate_limited']),
  input_tokens: count,
  output_tokens: count,
  latency_ms: count,
})

export function accountsEndpoints(
  repository: AccountsRepository,
  refreshedBy: AccountsForm['refreshedBy'],
): readonly Endpoint[] {
  return [
    reading('/api/accounts', () => ({ accounts: repository.list() })),
    endpoint('POST', '/api/accounts', ({ body }) => {
      const { email, plan = 'free', status = 'active' } = parseBody(newAccount, body)
      if (repository.hasEmail(email))
        throw new Problem(409, 'Conflict', `there is an account for ${email} already`)
      const id = `acc-${randomUUID()}`
      repository.add({ id, email, plan, status, created_at: new Date().toISOString(), refreshed_at: null })
      return { status: 201, fields: { Location: `/api/accounts/${id}` }, body: existing(id) }
    }),
    reading('/api/accounts/:id', ({ params }) => existing(params.id)),
    endpoint('PATCH', '/api/accounts/:id', ({ params, body }) => {
      const { id } = existing(params.id)
      repository.change(id, parseBody(accountChange, body))
      return { status: 200, body: existing(id) }
    }),
    endpoint('DELETE', '/api/accounts/:id', ({ params }) => {
      repository.remove(existing(params.id).id)
      return { status: 204 }
    }),
    reading('/api/usage', () => {
      if (refreshedBy === 'request') repository.refresh(Date.now())
      return { usage: repository.list().map(({ id, usage }) => ({ account_id: id, ...usage })) }
    }),
    reading('/api/usage/history', (call) => {
      const page = parsePage(call)
      return pageOf('usage', repository.usageHistory(call.query.get('account'), page), page)
    }),
    endpoint('POST', '/api/usage/refresh', () => {
      const recordedAt = Date.now()
      const written = repository.refresh(recordedAt)
      return { status: 200, body: { rows_written: written, recorded_at: new Date(recordedAt).toISOString() } }
    }),
    reading('/api/request-logs', (call) => {
      const page = parsePage(call)
      return pageOf('request_logs', repository.requestLogs(page), page)
    }),
    endpoint('POST', '/api/request-logs', ({ body }) => {
      const row = parseBody(logRow, body)
      existing(row.account_id)
      repository.log.write({ ...row, requested_at: new Date().toISOString() })
      return { status: 202 }
    }),
  ]

  function existing(id: string | undefined): AccountWithUsage {
    const account = id === undefined ? undefined : repository.find(id)
    if (account === undefined) throw notFound(`there is no account ${id ?? ''}`)
    return account
  }
}

function parsePage({ query }: Call): Page {
  return { limit: parseLimit(query), before: parseInteger(query, 'before') }
}

function pageOf(name: string, rows: readonly Row[], page: Page): Readonly<Record<string, unknown>> {
  const last = rows.length === page.limit ? rows.at(-1) : undefined
  return { [name]: rows, next_before: last?.id ?? null }
}
