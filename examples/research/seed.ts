// Fills the database of the research API. The report gives times and no counts: these sizes come near its times.
import type { Queries } from '../shared/postgres.ts'
import { dimensions } from './retrieval.ts'

export interface SeedSizes {
  readonly users: number
  readonly authors: number
  readonly contents: number
  readonly patterns: number
  readonly sessions: number
  readonly cards: number
  readonly ledger: number
}

export const reportedSizes: SeedSizes = {
  users: 5_000,
  authors: 20_000,
  contents: 40_000,
  patterns: 20_000,
  sessions: 20_000,
  cards: 60_000,
  ledger: 60_000,
}

/** The key of user 1 is key-1, and so on. */
export const apiKeyOf = (userId: number): string => `key-${userId}`

/** Writes everything on one connection, so that the same PostgreSQL gives the same rows apart from their times. */
export async function seedResearch(connection: Queries, sizes: SeedSizes): Promise<void> {
  const insert = async (count: number, statement: string): Promise<void> => {
    await connection.rows(`${statement} FROM generate_series(1, ${count}) AS series (i)`)
  }
  const ago = (unit: string): string => `now() - i * interval '1 ${unit}'`
  const one = (...choices: readonly string[]): string =>
    `(ARRAY[${choices.map((choice) => `'${choice}'`).join(', ')}])[1 + floor(random() * ${choices.length})::int]`
  const someUser = `1 + floor(random() * ${sizes.users})::int`

  await connection.rows('SELECT setseed(0.3)')
  await insert(
    sizes.users,
    `INSERT INTO users SELECT i, 'User' || i, 'User' || i || '@Example.org', ${ago('hour')}`,
  )
  await insert(
    sizes.users,
    `INSERT INTO api_keys SELECT i, i, encode(sha256(convert_to('key-' || i, 'UTF8')), 'hex'), i % 10 <> 0`,
  )
  await insert(
    sizes.authors,
    `INSERT INTO authors SELECT i, ${one('forum', 'blog', 'video')}, md5(random()::text), 'The ' || md5(random()::text)`,
  )
  await insert(
    sizes.contents,
    `INSERT INTO contents
     SELECT i, 1 + floor(random() * ${sizes.authors})::int, CASE WHEN random() < 0.01 THEN 'video' ELSE ${one('forum', 'blog')} END,
       'Content ' || i, repeat('What was found is told here. ', 12), ${ago('minute')},
       CASE WHEN random() < 0.3 THEN ${ago('minute')} + interval '30 seconds' END,
       CASE WHEN random() < 0.4 THEN
         (SELECT array_agg(random()::real) FROM generate_series(1, ${dimensions}) WHERE i > 0) END`,
  )
  await insert(sizes.patterns, `INSERT INTO patterns SELECT i, 'Pattern ' || i, random(), ${ago('minute')}`)
  await insert(
    sizes.sessions,
    `INSERT INTO research_sessions
     SELECT i, ${someUser}, ${one('done', 'done', 'done', 'done', 'done', 'done', 'failed', 'active')}, ${ago('minute')}`,
  )
  await insert(
    sizes.cards,
    `INSERT INTO cards (id, user_id, title, published, created_at)
     SELECT i, ${someUser}, 'Card ' || i, random() < 0.2, ${ago('minute')}`,
  )
  await connection.rows(`SELECT setval(pg_get_serial_sequence('cards', 'id'), ${sizes.cards})`)
  await insert(
    sizes.cards,
    `INSERT INTO attributions SELECT i, 1 + floor(random() * ${sizes.contents})::int, random()`,
  )
  await insert(
    sizes.ledger,
    `INSERT INTO extropy_ledger
     SELECT i, ${someUser}, ${one('reward', 'transfer', 'fee')}, round((random() * 100)::numeric, 2), ${ago('minute')}`,
  )
}
