// The repairs of the research report, on both kinds of PostgreSQL: the same answers as before, by way of the indexes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countInTurn, countTogether, platformCountSql } from '../../../examples/research/counts.ts'
import { migrations } from '../../../examples/research/migrations.ts'
import { queries } from '../../../examples/research/queries.ts'
import { retrieve } from '../../../examples/research/retrieval.ts'
import { seedResearch, type SeedSizes } from '../../../examples/research/seed.ts'
import { migrateTo } from '../../../examples/shared/migrations.ts'
import { explainPostgres, type Plan } from '../../../examples/shared/postgres-plan.ts'
import { type Postgres, postgresSession } from '../../../examples/shared/postgres.ts'
import { engines, openEngine, usePostgresServer } from '../kit/postgres.ts'

const sizes: SeedSizes = {
  users: 1_000,
  authors: 4_000,
  contents: 4_000,
  patterns: 3_000,
  sessions: 3_000,
  cards: 4_000,
  ledger: 6_000,
}
const serverUrl = usePostgresServer()

const keyHash = '$HASH'
const lists: readonly [
  name: string,
  sql: string,
  parameters: readonly unknown[],
  indexes: readonly string[],
][] = [
  ['the owner of a key', queries.keyOwner, [keyHash], ['idx_api_keys_hash_active']],
  ['published cards', queries.publishedCards, [20], ['idx_cards_published_desc']],
  ['the cards of a user', queries.cardsOfUser, [7, 20], ['idx_cards_user_created_desc']],
  ['a user by email', queries.userByEmail, ['USER7@example.org'], ['idx_users_email_lower']],
  ['a user by name', queries.userByName, ['uSER7'], ['idx_users_username_lower']],
  [
    'authors by part of a name',
    queries.authors,
    ['%a1b2%', 20],
    ['idx_authors_username_trigram', 'idx_authors_display_name_trigram'],
  ],
  ['the newest contents', queries.newestContents, [20], ['idx_contents_scraped_at_desc']],
  ['the contents of a platform', queries.scraped, ['video', 20], ['idx_contents_platform_scraped']],
  ['analyzed contents', queries.analyzed, [20], ['idx_contents_analyzed_at_not_null']],
  ['embedded contents', queries.embedded, [20], ['idx_contents_embedding_not_null']],
  ['patterns by confidence', queries.patternsByConfidence, [20], ['idx_patterns_confidence_score_desc']],
  ['patterns by discovery', queries.patternsByDiscovery, [20], ['idx_patterns_discovered_at_desc']],
  ['research sessions', queries.sessions, ['active', 20], ['idx_research_sessions_status_created']],
  ['transactions', queries.transactions, [7, 'fee', 20], ['idx_extropy_ledger_user_type_created']],
  ['balances', queries.balances, [7], ['idx_extropy_ledger_user_type_created']],
]

describe.each(engines)('the research report on PostgreSQL, %s', (engine) => {
  let database: Postgres
  let slow: ReadonlyMap<string, Finding>
  let repaired: ReadonlyMap<string, Finding>

  beforeAll(async () => {
    database = await openEngine(engine, 'research_repairs', serverUrl)
    const to = (name: string): Promise<unknown> =>
      database.lend(async (connection) => {
        await migrateTo(postgresSession(connection), migrations, name)
        await connection.rows('ANALYZE')
      })
    await to('tables')
    await database.lend((connection) => seedResearch(connection, sizes))
    await database.rows('ANALYZE')
    slow = await findings(database)
    await to('idx_api_keys_hash_active')
    repaired = await findings(database)
  })
  afterAll(() => database.close())

  it.each(lists)('must find %s through the index, and reads the whole table without it', (...list) => {
    const [name, , , indexes] = list
    expect(slow.get(name)!.plan.scanned).toHaveLength(1)
    expect(repaired.get(name)!.plan.scanned).toEqual([])
    expect(repaired.get(name)!.plan.indexes.toSorted()).toEqual(indexes.toSorted())
  })

  it.each(lists)('must give %s as it did without the index', (name) => {
    expect(repaired.get(name)!.rows.length).toBeGreaterThan(0)
    expect(repaired.get(name)!.rows).toEqual(slow.get(name)!.rows)
  })

  it('must count the same in one query as in two', async () => {
    const counts = await countTogether(database)
    expect(counts).toEqual({ content_count: sizes.contents, author_count: sizes.authors })
    expect(counts).toEqual(await countInTurn(database))
  })

  it("must count a platform's contents alike, and from the index alone once it is there", async () => {
    const [before] = await database.rows(platformCountSql.slow, ['video'])
    const [after] = await database.rows(platformCountSql.repaired, ['video'])
    expect(after).toEqual(before)
    const { scanned } = await explainPostgres(database, platformCountSql.repaired, ['video'])
    expect(scanned).toEqual([])
  })

  it('gives the best of the newest contents for a question, the same ones each time', async () => {
    const matches = await retrieve(database, 'what is new', 5)
    expect(matches).toHaveLength(5)
    expect(matches).toEqual(matches.toSorted((a, b) => b.similarity - a.similarity))
    expect(await retrieve(database, 'what is new', 5)).toEqual(matches)
  })
})

interface Finding {
  readonly rows: readonly unknown[]
  readonly plan: Plan
}

/** What each list gives, and how, in the present state of the database. */
async function findings(database: Postgres): Promise<ReadonlyMap<string, Finding>> {
  const [key] = await database.rows<{ key_hash: string }>('SELECT key_hash FROM api_keys WHERE id = 7')
  const found = new Map<string, Finding>()
  for (const [name, sql, given] of lists) {
    const parameters = given.map((parameter) => (parameter === keyHash ? key!.key_hash : parameter))
    const rows = await database.rows(sql, parameters)
    found.set(name, { rows, plan: await explainPostgres(database, sql, parameters) })
  }
  return found
}
