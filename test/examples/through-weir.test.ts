// Each example behind weir, with the configuration that its operators would deploy: what is a HIT, and what a write makes of it.
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startAccountsApi } from '../../examples/accounts/start.ts'
import { startResearchApi } from '../../examples/research/start.ts'
import { apiKeyOf } from '../../examples/research/seed.ts'
import type { Api } from '../../examples/shared/serve.ts'
import { startTasksApi } from '../../examples/tasks/start.ts'
import type { CollectorState } from '../../examples/usage/collector.ts'
import { startUsageApi } from '../../examples/usage/start.ts'
import { startWorkplansApi } from '../../examples/workplans/start.ts'
import { readConfig } from '../../src/config/load.ts'
import { gate } from '../kit/barrier.ts'
import { type Sections, startWeir, type TestWeir } from '../kit/weir.ts'
import { usePostgresServer } from './kit/postgres.ts'

const serverUrl = usePostgresServer()
const options = { port: 0, host: '127.0.0.1', form: 'repaired' } as const
const names = ['accounts', 'usage', 'workplans', 'research', 'tasks'] as const

/** weir in front of the API, with what config/NAME.yaml says of everything but addresses. */
async function behindWeir(name: (typeof names)[number], starting: Promise<Api>): Promise<TestWeir> {
  const api = await starting
  onTestFinished(() => api.close())
  const file = new URL(`../../config/${name}.yaml`, import.meta.url)
  const { defaults, routes } = parse(readFileSync(file, 'utf8')) as Sections
  return startWeir(api.url, { defaults, routes })
}

const post = (path: string, body: unknown, method = 'POST'): Parameters<TestWeir['request']>[0] => ({
  method,
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function outcomes(weir: TestWeir, ...paths: readonly string[]): Promise<readonly unknown[]> {
  const found = []
  for (const path of paths) found.push((await weir.get(path)).headers['x-cache'])
  return found
}

describe('the configuration of an example', () => {
  it.each(names)('%s must be one that weir accepts', async (name) => {
    const loaded = await readConfig(`config/${name}.yaml`, {})
    expect(loaded).toMatchObject({ kind: 'ok' })
  })
})

describe('accounts behind weir', () => {
  it('must answer the list from memory until an account changes', async () => {
    const weir = await behindWeir('accounts', startAccountsApi(options, { readings: 2, logRows: 5 }))
    expect(await outcomes(weir, '/api/accounts', '/api/accounts', '/api/usage')).toEqual([
      'MISS',
      'HIT',
      'MISS',
    ])
    await weir.request(post('/api/accounts/acc-01', { status: 'paused' }, 'PATCH'))
    const list = await weir.get('/api/accounts')
    expect(list.headers['x-cache']).toBe('MISS')
    expect(list.body.toString()).toContain('"status":"paused"')
    expect(await outcomes(weir, '/api/accounts?made=up', '/health', '/health')).toEqual([
      'HIT',
      'BYPASS',
      'BYPASS',
    ])
  })
})

describe('tasks behind weir', () => {
  it('must count for two seconds from memory, and anew after a prompt is added', async () => {
    const sizes = { tasks: 10, errors: 10, pool: 5, prompts: 10, sessions: 10, running: 5 }
    const weir = await behindWeir('tasks', startTasksApi(options, sizes))
    const status = '/api/assigner/status'
    expect(await outcomes(weir, status, status)).toEqual(['MISS', 'HIT'])
    await weir.request(post('/api/assigner/prompts', { content: 'do it', priority: 1 }))
    expect(await outcomes(weir, status, status)).toEqual(['MISS', 'HIT'])
  })
})

describe('workplans behind weir', () => {
  it('must keep the index for all, and fetch it anew for ?refresh=1', async () => {
    const sizes = {
      domains: 1,
      topics: 2,
      workstreams: 4,
      tasks: 10,
      decisions: 1,
      events: 1,
      repos: 2,
      goals: 1,
      snapshots: 2,
      filesPerRepo: 1,
    }
    const weir = await behindWeir('workplans', startWorkplansApi(options, sizes, serverUrl()))
    const index = '/workstreams/workplan-index'
    expect(await outcomes(weir, index, index, `${index}?refresh=1`, index)).toEqual([
      'MISS',
      'HIT',
      'MISS',
      'HIT',
    ])
    // The first answer streams through, before its bytes are known: the tag comes with the second.
    await weir.get('/state/summary')
    const { headers } = await weir.get('/state/summary')
    const again = await weir.get('/state/summary', { 'if-none-match': String(headers.etag) })
    expect([again.status, again.headers['x-cache']]).toEqual([304, 'HIT'])
  })
})

describe('research behind weir', () => {
  it("must never answer one user with what is another's, and share what is the same for all", async () => {
    const sizes = { users: 20, authors: 20, contents: 20, patterns: 9, sessions: 9, cards: 90, ledger: 90 }
    const weir = await behindWeir('research', startResearchApi(options, sizes, serverUrl()))
    const cardsOf = async (user: number): Promise<readonly [unknown, string]> => {
      const { headers, body } = await weir.get('/api/cards', { 'x-api-key': apiKeyOf(user) })
      return [headers['x-cache'], body.toString()]
    }
    const [first, own] = await cardsOf(7)
    const [second, others] = await cardsOf(8)
    expect([first, second]).toEqual(['MISS', 'MISS'])
    expect(own).not.toEqual(others)
    expect(await cardsOf(7)).toEqual(['HIT', own])
    expect(await outcomes(weir, '/api/cards', '/query/rag?q=a', '/api/tokens')).toEqual([
      'MISS',
      'MISS',
      'BYPASS',
    ])
    const shared = await weir.get('/query/rag?q=a', { 'x-api-key': apiKeyOf(7) })
    expect(shared.headers['x-cache']).toBe('HIT')
  })
})

describe('usage behind weir', () => {
  const start = (
    provider: () => Promise<void>,
    management = (): Promise<void> => Promise.resolve(),
  ): Promise<TestWeir> =>
    behindWeir(
      'usage',
      startUsageApi(options, {
        sizes: { records: 50 },
        databaseUrl: serverUrl(),
        remote: { provider, management },
      }),
    )

  it('must run the collector once for two who trigger it, and drop the history then', async () => {
    const far = gate()
    const near = gate()
    const weir = await start(() => {
      near.open()
      return far.opened
    })
    const history = '/api/usage/history?range=30d'
    expect(await outcomes(weir, history, history)).toEqual(['MISS', 'HIT'])
    const running = weir.request({ method: 'POST', path: '/api/usage/collect' })
    await near.opened
    const refused = await weir.request({ method: 'POST', path: '/api/usage/collect' })
    far.open()
    expect([(await running).status, refused.status]).toEqual([200, 409])
    expect(await outcomes(weir, history)).toEqual(['MISS'])
    const { body } = await weir.get('/api/usage/collector')
    expect(JSON.parse(body.toString()) as CollectorState).toMatchObject({
      runs: 1,
      most_at_once: 1,
      duplicates: 0,
    })
  })

  it('must lose none of the keys that are added to a provider at once', async () => {
    const weir = await start(() => new Promise((resolve) => setImmediate(resolve)))
    const added = ['a', 'b', 'c', 'd'].map((key) => `together-${key}`)
    const answers = await Promise.all(
      added.map((add) => weir.request(post('/api/providers/colony', { add }, 'PATCH'))),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { body } = await weir.get('/api/providers/colony')
    const { keys } = JSON.parse(body.toString()) as { keys: readonly string[] }
    expect(keys).toEqual(expect.arrayContaining(added))
  })

  it('must refuse a body beyond its budget before the API sees it', async () => {
    const weir = await start(() => Promise.resolve())
    const large = { content: 'x'.repeat(20_000) }
    expect((await weir.request(post('/api/management/auth-files/a.json', large, 'PUT'))).status).toBe(413)
    const small = { content: 'x' }
    expect((await weir.request(post('/api/management/auth-files/a.json', small, 'PUT'))).status).toBe(204)
  })
})
