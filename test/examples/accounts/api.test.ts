// The accounts API in both forms: the data it starts with, what its writes change, and how it refuses.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { AccountWithUsage } from '../../../examples/accounts/repository.ts'
import { reportedSizes, type SeedSizes } from '../../../examples/accounts/seed.ts'
import { startAccountsApi } from '../../../examples/accounts/start.ts'
import { type Form, formNames } from '../../../examples/shared/form.ts'
import type { Api } from '../../../examples/shared/serve.ts'
import { databaseFolder } from '../../../examples/shared/sqlite.ts'
import { jsonClient } from '../kit/json-client.ts'

interface HistoryRow {
  readonly id: number
  readonly account_id: string
  readonly window: string
  readonly used_percent: number
  readonly recorded_at: string
}

interface HistoryPage {
  readonly usage: readonly HistoryRow[]
  readonly next_before: number | null
}

let api: Api
const client = jsonClient(() => api.url)
const { get: getJson, send: sendJson } = client

const starting = (form: Form, sizes: SeedSizes) => async (): Promise<void> => {
  api = await startAccountsApi({ port: 0, host: '127.0.0.1', form }, sizes)
}
const stop = (): Promise<void> => api.close()
const small: SeedSizes = { readings: 5, logRows: 20 }

async function listAccounts(): Promise<readonly AccountWithUsage[]> {
  return (await getJson<{ accounts: readonly AccountWithUsage[] }>('/api/accounts')).accounts
}

describe.each(formNames)('reading, %s form', (form) => {
  beforeAll(starting(form, reportedSizes))
  afterAll(stop)

  it('lists 33 accounts by email, each with its newest reading of both windows', async () => {
    const accounts = await listAccounts()
    expect(accounts).toHaveLength(33)
    const emails = accounts.map((account) => account.email)
    expect(emails).toEqual(emails.toSorted())
    for (const account of accounts) {
      const { usage } = await getJson<HistoryPage>(`/api/usage/history?account=${account.id}&limit=2`)
      const newest = Object.fromEntries(usage.map((row) => [row.window, row]))
      expect(newest.primary).toMatchObject(account.usage.primary!)
      expect(newest.secondary).toMatchObject(account.usage.secondary!)
    }
  })

  it('gives one account as the list gives it', async () => {
    const accounts = await listAccounts()
    for (const account of accounts) {
      expect(await getJson(`/api/accounts/${account.id}`)).toEqual(account)
    }
  })

  it('holds the row counts of the report', async () => {
    const { usage } = await getJson<HistoryPage>('/api/usage/history?limit=1')
    expect(usage[0]!.id).toBe(90_024)
    const logs = await getJson<{ request_logs: readonly { id: number }[] }>('/api/request-logs?limit=1')
    expect(logs.request_logs[0]!.id).toBe(48_000)
  })

  it('pages through an account newest first, without gap or overlap', async () => {
    const whole = await getJson<HistoryPage>('/api/usage/history?account=acc-07&limit=30')
    const pages: HistoryRow[] = []
    for (let next = ''; pages.length < 30;) {
      const page = await getJson<HistoryPage>(`/api/usage/history?account=acc-07&limit=10${next}`)
      pages.push(...page.usage)
      next = `&before=${page.next_before ?? ''}`
    }
    expect(pages).toEqual(whole.usage)
    expect(new Set(pages.map((row) => row.account_id))).toEqual(new Set(['acc-07']))
    const ids = pages.map((row) => row.id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
  })

  it('names no next page after the last row', async () => {
    expect(await getJson('/api/usage/history?before=2&limit=5')).toMatchObject({ next_before: null })
  })

  it('states the length of its JSON, and leaves validators and caching to whoever stands in front', async () => {
    const response = await client.fetch('/api/accounts')
    const bytes = await response.arrayBuffer()
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('content-length')).toBe(String(bytes.byteLength))
    for (const name of ['etag', 'last-modified', 'cache-control', 'expires']) {
      expect(response.headers.has(name)).toBe(false)
    }
    const head = await client.fetch('/api/accounts', { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(bytes.byteLength))
  })

  it('reports its health with the measured latency and the state of its connection', async () => {
    const health = await getJson<{ database: { latency_ms: number } }>('/health')
    expect(health).toMatchObject({
      status: 'ok',
      database: {
        status: 'healthy',
        pool: { pool_size: 1, checked_out: 0, overflow: 0, total_connections: 1 },
      },
    })
    expect(health.database.latency_ms).toBeGreaterThan(0)
  })
})

describe.each(formNames)('writing, %s form', (form) => {
  beforeEach(starting(form, small))
  afterEach(stop)

  it('shows a changed account in the next list', async () => {
    const response = await sendJson('PATCH', '/api/accounts/acc-01', { status: 'paused', plan: 'team' })
    expect(response.status).toBe(200)
    const changed = (await listAccounts()).find((account) => account.id === 'acc-01')
    expect(changed).toMatchObject({ status: 'paused', plan: 'team' })
    expect(await response.json()).toEqual(changed)
  })

  it('adds an account, which has no usage until the next refresh', async () => {
    const response = await sendJson('POST', '/api/accounts', { email: 'new@build.example' })
    expect(response.status).toBe(201)
    const added = await getJson<AccountWithUsage>(response.headers.get('location')!)
    expect(added).toMatchObject({ email: 'new@build.example', plan: 'free', status: 'active' })
    expect(added.usage).toEqual({ primary: null, secondary: null })
    expect(await listAccounts()).toContainEqual(added)

    await sendJson('POST', '/api/usage/refresh')
    const refreshed = await getJson<AccountWithUsage>(response.headers.get('location')!)
    expect(refreshed.usage.primary).toMatchObject({ used_percent: 0, window_minutes: 300 })
  })

  it('refuses a second account of one email', async () => {
    const [first] = await listAccounts()
    expect((await sendJson('POST', '/api/accounts', { email: first!.email })).status).toBe(409)
  })

  it('removes an account with its usage', async () => {
    expect((await sendJson('DELETE', '/api/accounts/acc-02')).status).toBe(204)
    expect((await client.fetch('/api/accounts/acc-02')).status).toBe(404)
    expect(await listAccounts()).toHaveLength(32)
    expect(await getJson('/api/usage/history?account=acc-02')).toMatchObject({ usage: [] })
  })

  it('writes a reading per window for every active account, and for no other', async () => {
    const before = await listAccounts()
    const active = before.filter((account) => account.status === 'active')
    expect(active.length).toBeLessThan(before.length)

    const response = await sendJson('POST', '/api/usage/refresh')
    const { rows_written, recorded_at } = (await response.json()) as Record<string, unknown>
    expect(rows_written).toBe(active.length * 2)
    for (const account of await listAccounts()) {
      const isNew = account.usage.primary?.recorded_at === recorded_at
      expect(isNew).toBe(account.status === 'active')
    }
  })
})

describe('what each form does when', () => {
  afterEach(stop)

  it.each<[form: Form, readings: number]>([
    ['slow', 2],
    ['repaired', 0],
  ])(
    'usage is asked for: the %s form writes %d new readings of the first account',
    async (form, readings) => {
      await starting(form, small)()
      const { usage } = await getJson<{ usage: readonly { account_id: string }[] }>('/api/usage')
      expect(usage).toHaveLength(33)
      const history = await getJson<HistoryPage>('/api/usage/history?account=acc-01&limit=100')
      expect(history.usage).toHaveLength(small.readings * 2 + readings)
    },
  )
})

describe('a database file', () => {
  it('is seeded once, and kept for the next start in either form', async () => {
    const folder = databaseFolder('accounts-file')
    onTestFinished(() => folder.remove())
    const ids: unknown[] = []
    for (const form of ['slow', 'repaired', 'slow'] as const) {
      const options = { port: 0, host: '127.0.0.1', form }
      api = await startAccountsApi(options, small, folder.file('kept.db'))
      await sendJson('POST', '/api/accounts', { email: `${form}${ids.length}@build.example` })
      ids.push((await listAccounts()).length)
      await api.close()
    }
    expect(ids).toEqual([34, 35, 36])
  })
})

describe('refusing', () => {
  beforeAll(starting('repaired', small))
  afterAll(stop)

  const json = { 'content-type': 'application/json' }
  it.each<[name: string, path: string, init: RequestInit, status: number]>([
    ['a path that is not there', '/api/nothing', {}, 404],
    ['an account that is not there', '/api/accounts/acc-99', {}, 404],
    ['a change of an account that is not there', '/api/accounts/acc-99', { method: 'PATCH' }, 404],
    ['a method that the path does not have', '/api/accounts', { method: 'PUT' }, 405],
    ['a page above the limit', '/api/usage/history?limit=501', {}, 422],
    ['a limit that is no number', '/api/request-logs?limit=ten', {}, 422],
    ['a body that is not JSON', '/api/accounts', { method: 'POST', headers: json, body: '{' }, 400],
    ['a body of another type', '/api/accounts', { method: 'POST', body: 'email=a@b.example' }, 415],
    ['no body where one is needed', '/api/accounts', { method: 'POST' }, 422],
    [
      'an unknown plan',
      '/api/accounts/acc-01',
      { method: 'PATCH', headers: json, body: '{"plan":"gold"}' },
      422,
    ],
    ['an unknown field', '/api/accounts/acc-01', { method: 'PATCH', headers: json, body: '{"id":"x"}' }, 422],
    [
      'a body that is too large',
      '/api/accounts',
      { method: 'POST', headers: json, body: ' '.repeat(300_000) },
      413,
    ],
  ])('answers %s with problem details', async (_name, path, init, status) => {
    const response = await client.fetch(path, init)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await response.json()) as Record<string, unknown>
    expect(problem.status).toBe(status)
    expect(problem.title).toBeTypeOf('string')
    expect(problem.detail).toBeTypeOf('string')
  })

  it('says which methods a path has', async () => {
    const response = await sendJson('PUT', '/api/accounts')
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
  })
})
