// The usage API in both forms: its contract, and the races of collector and providers that it leaves to weir.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formNames } from '../../../examples/shared/form.ts'
import type { Api } from '../../../examples/shared/serve.ts'
import { Problem } from '../../../examples/shared/problem.ts'
import type { CollectorState } from '../../../examples/usage/collector.ts'
import type { History } from '../../../examples/usage/history.ts'
import type { Remote } from '../../../examples/usage/remote.ts'
import { startUsageApi } from '../../../examples/usage/start.ts'
import { jsonClient } from '../kit/json-client.ts'
import { usePostgresServer } from '../kit/postgres.ts'

const records = 300
const serverUrl = usePostgresServer()
let api: Api
let provider: () => Promise<void>
let management: () => Promise<void>
const client = jsonClient(() => api.url)
const remote: Remote = { provider: () => provider(), management: () => management() }
const atOnce = (): Promise<void> => Promise.resolve()

describe.each(formNames)('the usage API, %s form', (form) => {
  beforeAll(async () => {
    provider = management = atOnce
    const surroundings = { sizes: { records }, databaseUrl: serverUrl(), remote }
    api = await startUsageApi({ port: 0, host: '127.0.0.1', form }, surroundings)
  })
  afterAll(() => api.close())

  const collector = (): Promise<CollectorState> => client.get<CollectorState>('/api/usage/collector')

  it('adds up a window by day, model and failure', async () => {
    const history = await client.get<History>('/api/usage/history?range=31d&limit=5')
    expect(history.records).toHaveLength(5)
    expect(history.days.length).toBeGreaterThanOrEqual(30)
    const requests = (parts: readonly { requests: number }[]): number =>
      parts.reduce((sum, part) => sum + part.requests, 0)
    expect(requests(history.days)).toBe(history.totals.requests)
    expect(requests(history.models)).toBe(history.totals.requests)
    expect(requests(history.failures)).toBe(history.totals.failed)
  })

  it('pages through a window without gap or overlap', async () => {
    const ids: number[] = []
    let next: number | null = null
    do {
      const before: string = next === null ? '' : `&before=${next}`
      const page = await client.get<History>(`/api/usage/history?range=2d&limit=7${before}`)
      ids.push(...page.records.map(({ id }) => id))
      next = page.next_before
    } while (next !== null)
    const whole = await client.get<History>('/api/usage/history?range=2d&limit=500')
    expect(ids).toEqual(whole.records.map(({ id }) => id))
  })

  it(`${form === 'slow' ? 'takes' : 'refuses'} a window of a thousand days`, async () => {
    const { status } = await client.fetch('/api/usage/history?range=1000d')
    expect(status).toBe(form === 'slow' ? 200 : 422)
  })

  it('stores new events in a run of the collector, one run after the other', async () => {
    const before = await collector()
    for (let run = 0; run < 2; run += 1) {
      const answer = await client.send('POST', '/api/usage/collect')
      expect(await answer.json()).toMatchObject({ processed: 50, stored: 50, skipped: 0 })
    }
    expect(await collector()).toEqual({ ...before, runs: before.runs + 2, most_at_once: 1 })
  })

  it('stores events twice when two runs overlap: the problem that weir is to keep away', async () => {
    provider = meetingOf(2)
    const runs = [client.send('POST', '/api/usage/collect'), client.send('POST', '/api/usage/collect')]
    await Promise.all(runs)
    provider = atOnce
    const state = await collector()
    expect(state.most_at_once).toBe(2)
    expect(state.duplicates).toBeGreaterThan(0)
  })

  it('loses a key when two are added at once: the other one', async () => {
    provider = meetingOf(2)
    await Promise.all(
      ['a', 'b'].map((add) => client.send('PATCH', '/api/providers/anthill', { add: `${form}-${add}` })),
    )
    provider = atOnce
    const { keys } = await client.get<{ keys: readonly string[] }>('/api/providers/anthill')
    expect(keys.filter((key) => key.startsWith(form))).toHaveLength(1)
  })

  it('passes on that the management service failed, and has then done nothing', async () => {
    management = () => Promise.reject(new Problem(502, 'Bad Gateway', 'broken'))
    expect((await client.send('POST', '/api/management/requests')).status).toBe(502)
    management = atOnce
    const answer = await client.send('POST', '/api/management/requests')
    expect(await answer.json()).toEqual({ requests: 1 })
  })

  it.each([
    ['a model that is cooling down', 'vision', 429, { error: { code: 'model_cooldown' } }],
    ['a model that is not there', 'giant', 400, { error: { message: 'unsupported model: giant' } }],
    ['a model', 'small', 200, { text: 'Here is an answer.' }],
  ])('answers a generation with %s', async (_name, model, status, body) => {
    const answer = await client.send('POST', '/api/generate', { model, prompt: 'hello' })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject(body)
  })

  it('keeps what is put into the management service', async () => {
    await client.send('PUT', '/api/management/config', { debug: true, retries: 1 })
    expect(await client.get('/api/management/config')).toEqual({ debug: true, retries: 1 })
    await client.send('PUT', '/api/management/auth-files/new.json', { content: '12345' })
    const { files } = await client.get<{ files: readonly unknown[] }>('/api/management/auth-files')
    expect(files).toContainEqual({ name: 'new.json', size: 5 })
  })
})

/** A place where as many wait for one another, again and again. */
function meetingOf(size: number): () => Promise<void> {
  let waiting: (() => void)[] = []
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length < size) return
      for (const goOn of waiting) goOn()
      waiting = []
    })
}
