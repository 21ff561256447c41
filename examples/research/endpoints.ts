// The endpoints of the research API: public lists, what belongs to the user of an API key, and retrieval.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  type Call,
  endpoint,
  type Endpoint,
  parseBody,
  parseChoice,
  parseInteger,
  parseLimit,
  reading,
} from '../shared/endpoint.ts'
import type { Postgres } from '../shared/postgres.ts'
import { Problem, unprocessable } from '../shared/problem.ts'
import type { ResearchForm } from './forms.ts'
import { queries } from './queries.ts'
import { retrieve } from './retrieval.ts'

const newCard = z.strictObject({ title: z.string().min(1), published: z.boolean() })
const platforms = ['forum', 'blog', 'video'] as const
const entryTypes = ['reward', 'transfer', 'fee'] as const
const sessionStatuses = ['active', 'done', 'failed'] as const

export function researchEndpoints(database: Postgres, form: ResearchForm): readonly Endpoint[] {
  const { rows } = database
  return [
    reading('/query/rag', async ({ query }) => ({
      matches: await retrieve(database, required(query, 'q'), parseLimit(query, 5, 50)),
    })),
    reading('/scrape', async ({ query }) => {
      const platform = parseChoice(query, 'platform', platforms) ?? 'forum'
      return { contents: await rows(queries.scraped, [platform, parseLimit(query)]) }
    }),
    reading('/api/cards', async (call) => {
      const userId = await findUser(call)
      const limit = parseLimit(call.query)
      const cards =
        userId === null
          ? await rows(queries.publishedCards, [limit])
          : await rows(queries.cardsOfUser, [userId, limit])
      return { cards }
    }),
    endpoint('POST', '/api/cards', async (call) => {
      const userId = await requireUser(call)
      const { title, published } = parseBody(newCard, call.body)
      const [card] = await rows(
        'INSERT INTO cards (user_id, title, published, created_at) VALUES ($1, $2, $3, now()) RETURNING *',
        [userId, title, published],
      )
      return { status: 201, body: card }
    }),
    reading('/api/users', async ({ query }) => {
      const [email, name] = [query.get('email'), query.get('username')]
      if (email !== null) return { users: await rows(queries.userByEmail, [email]) }
      if (name !== null) return { users: await rows(queries.userByName, [name]) }
      throw unprocessable('ask by email or by username')
    }),
    reading('/api/attributions', async ({ query }) => {
      const card = parseInteger(query, 'card')
      if (card === null) throw unprocessable('card is missing')
      return { attributions: await rows(queries.attributions, [card]) }
    }),
    reading('/api/tokens', async (call) => {
      const userId = await requireUser(call)
      const type = parseChoice(call.query, 'type', entryTypes) ?? 'reward'
      const [balances, transactions] = await Promise.all([
        rows(queries.balances, [userId]),
        rows(queries.transactions, [userId, type, parseLimit(call.query, 20)]),
      ])
      return { balances, transactions }
    }),
    reading('/api/authors', async ({ query }) => {
      const part = required(query, 'q').replaceAll(/[\\%_]/g, '\\$&')
      return { authors: await rows(queries.authors, [`%${part}%`, parseLimit(query)]) }
    }),
    reading('/api/contents', async ({ query }) => {
      const sql = query.get('analyzed') === null ? queries.newestContents : queries.analyzed
      return { contents: await rows(sql, [parseLimit(query)]) }
    }),
    reading('/api/contents/count', async ({ query }) => {
      const platform = parseChoice(query, 'platform', platforms) ?? 'forum'
      const [counted] = await rows<{ count: number }>(form.platformCount, [platform])
      return { platform, count: counted?.count ?? 0 }
    }),
    reading('/api/patterns', async ({ query }) => {
      const newest = parseChoice(query, 'order', ['confidence', 'discovered']) === 'discovered'
      const sql = newest ? queries.patternsByDiscovery : queries.patternsByConfidence
      return { patterns: await rows(sql, [parseLimit(query)]) }
    }),
    reading('/api/research-sessions', async ({ query }) => {
      const status = parseChoice(query, 'status', sessionStatuses) ?? 'active'
      return { sessions: await rows(queries.sessions, [status, parseLimit(query)]) }
    }),
    reading('/docs', () => ({ title: 'The research API', version: 1 })),
  ]

  /** Null without a key; throws 401 for one that is unknown or no longer active. */
  async function findUser({ fields }: Call): Promise<number | null> {
    const key = fields['x-api-key']
    if (typeof key !== 'string') return null
    const hash = createHash('sha256').update(key).digest('hex')
    const [owner] = await rows<{ user_id: number }>(queries.keyOwner, [hash])
    if (owner === undefined) throw new Problem(401, 'Unauthorized', 'this API key is not active')
    return owner.user_id
  }

  async function requireUser(call: Call): Promise<number> {
    const userId = await findUser(call)
    if (userId === null) throw new Problem(401, 'Unauthorized', 'an API key is needed: X-API-Key')
    return userId
  }
}

function required(query: URLSearchParams, name: string): string {
  const text = query.get(name)
  if (text === null || text === '') throw unprocessable(`${name} is missing`)
  return text
}
