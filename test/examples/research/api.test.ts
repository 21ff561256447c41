// The research API in both forms on a real server: what is public, what belongs to the owner of a key, and its connections.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiKeyOf, type SeedSizes } from '../../../examples/research/seed.ts'
import { startResearchApi } from '../../../examples/research/start.ts'
import { formNames } from '../../../examples/shared/form.ts'
import type { Api } from '../../../examples/shared/serve.ts'
import { jsonClient } from '../kit/json-client.ts'
import { usePostgresServer } from '../kit/postgres.ts'

const sizes: SeedSizes = {
  users: 20,
  authors: 50,
  contents: 100,
  patterns: 60,
  sessions: 60,
  cards: 200,
  ledger: 400,
}
const serverUrl = usePostgresServer()
let api: Api
const client = jsonClient(() => api.url)
const asUser = (id: number, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { 'x-api-key': apiKeyOf(id), 'content-type': 'application/json' },
})

interface Cards {
  readonly cards: readonly { readonly id: number; readonly user_id: number; readonly published: boolean }[]
}

describe.each(formNames)('the research API, %s form', (form) => {
  beforeAll(async () => {
    api = await startResearchApi({ port: 0, host: '127.0.0.1', form }, sizes, serverUrl())
  })
  afterAll(() => api.close())

  it.each([
    '/query/rag?q=hello',
    '/scrape?platform=blog',
    '/api/users?email=USER7@example.org',
    '/api/attributions?card=7',
    '/api/authors?q=a',
    '/api/contents',
    '/api/contents?analyzed=1',
    '/api/contents/count?platform=forum',
    '/api/patterns?order=discovered',
    '/api/research-sessions',
    '/docs',
  ])('answers %s', async (path) => {
    const body = await client.get<Record<string, unknown>>(path)
    for (const value of Object.values(body)) if (Array.isArray(value)) expect(value).not.toEqual([])
  })

  it('shows everybody the published cards, and the owner of a key their own', async () => {
    const published = await client.get<Cards>('/api/cards')
    expect(new Set(published.cards.map((card) => card.published))).toEqual(new Set([true]))
    const own = (await (await client.fetch('/api/cards', asUser(7))).json()) as Cards
    expect(new Set(own.cards.map((card) => card.user_id))).toEqual(new Set([7]))
  })

  it('shows a card that its owner adds', async () => {
    const body = JSON.stringify({ title: 'New', published: true })
    const added = await client.fetch('/api/cards', asUser(7, { method: 'POST', body }))
    expect(added.status).toBe(201)
    const { id } = (await added.json()) as { id: number }
    expect((await client.get<Cards>('/api/cards?limit=1')).cards[0]!.id).toBe(id)
  })

  it.each([
    ['without a key', {}],
    ['with an unknown one', { headers: { 'x-api-key': 'key-999' } }],
    ['with one that is no longer active', asUser(10)],
  ])('refuses to show balances %s', async (_name, init) => {
    expect((await client.fetch('/api/tokens', init)).status).toBe(401)
  })

  it('looks for letters, not patterns, in the names of authors', async () => {
    expect(await client.get('/api/authors?q=%25')).toEqual({ authors: [] })
  })

  it('states the connections that its form sets, and what it counts', async () => {
    expect(await client.get('/health')).toMatchObject({
      database: {
        status: 'healthy',
        pool: { pool_size: form === 'slow' ? 10 : 20, overflow: 0 },
        content_count: sizes.contents,
        author_count: sizes.authors,
      },
    })
  })
})
