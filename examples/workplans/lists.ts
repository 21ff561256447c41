// The reference lists that every dashboard page reads: by way of all that belongs to each item, or the item alone.
import type { Queries } from '../shared/postgres.ts'

type Item = Readonly<Record<string, unknown>>

export interface ReferenceLists {
  readonly domains: (database: Queries) => Promise<readonly Item[]>
  readonly topics: (database: Queries) => Promise<readonly Item[]>
  readonly repos: (database: Queries) => Promise<readonly Item[]>
}

interface Identified {
  readonly id: number
}

interface InDomain extends Identified {
  readonly domain_id: number
}

interface Domain extends Identified {
  readonly slug: string
  readonly title: string
  readonly status: string
  readonly created_at: Date
  readonly updated_at: Date
}

/** One more query for each relation, for all parents at a time: what an object mapper calls "selectin". */
async function childrenOf<Child extends Identified>(
  database: Queries,
  table: string,
  column: string,
  parents: readonly Identified[],
): Promise<readonly Child[]> {
  return database.rows<Child>(`SELECT * FROM ${table} WHERE ${column} = ANY($1)`, [
    parents.map(({ id }) => id),
  ])
}

/** The topics with their workstreams, decisions and events, as they hang together in memory. */
export async function loadTopics<Topic extends InDomain>(
  database: Queries,
  topics: readonly Topic[],
): Promise<readonly (Topic & Record<'workstreams' | 'decisions' | 'progress_events', readonly Item[]>)[]> {
  type Child = Identified & { readonly topic_id: number }
  const load = async (table: string): Promise<ReadonlyMap<number, Child[]>> =>
    Map.groupBy(await childrenOf<Child>(database, table, 'topic_id', topics), ({ topic_id }) => topic_id)
  const workstreams = await load('workstreams')
  const decisions = await load('decisions')
  const events = await load('progress_events')
  const of = (children: ReadonlyMap<number, Child[]>, id: number): readonly Item[] =>
    (children.get(id) ?? []).map((child) => ({ ...child }))
  return topics.map((topic) => ({
    ...topic,
    workstreams: of(workstreams, topic.id),
    decisions: of(decisions, topic.id),
    progress_events: of(events, topic.id),
  }))
}

async function loadDomains(
  database: Queries,
  domains: readonly Domain[],
): Promise<ReadonlyMap<number, Domain>> {
  await loadTopics(database, await childrenOf<InDomain>(database, 'topics', 'domain_id', domains))
  return new Map(domains.map((domain) => [domain.id, domain]))
}

function domainItem({ id, slug, title, status, created_at, updated_at }: Domain): Item {
  return { id, slug, title, status, created_at, updated_at }
}

/** The slow form: each list loads whole families, of which only the heads are shown. */
export const cascadingLists: ReferenceLists = {
  domains: async (database) => {
    const domains = await database.rows<Domain>('SELECT * FROM domains ORDER BY id')
    return [...(await loadDomains(database, domains)).values()].map(domainItem)
  },
  topics: async (database) => {
    const topics = await database.rows<InDomain & Item>('SELECT * FROM topics ORDER BY id')
    const domains = await loadDomains(database, await database.rows<Domain>('SELECT * FROM domains'))
    return (await loadTopics(database, topics)).map((topic) => {
      const { id, slug, title, status, created_at, updated_at } = topic as unknown as Domain
      const domain_slug = domains.get(topic.domain_id)?.slug
      return { id, slug, title, domain_slug, status, created_at, updated_at }
    })
  },
  repos: async (database) => {
    const repos = await database.rows<InDomain & Item>('SELECT * FROM managed_repos ORDER BY id')
    const domains = await loadDomains(database, await database.rows<Domain>('SELECT * FROM domains'))
    await childrenOf(database, 'repo_goals', 'repo_id', repos)
    return repos.map(({ id, slug, title, domain_id, status, local_path }) => {
      return { id, slug, title, domain_slug: domains.get(domain_id)?.slug, status, local_path }
    })
  },
}

export const leanListSql = {
  domains: 'SELECT id, slug, title, status, created_at, updated_at FROM domains ORDER BY id',
  topics: `SELECT topics.id, topics.slug, topics.title, domains.slug AS domain_slug, topics.status,
             topics.created_at, topics.updated_at
           FROM topics JOIN domains ON domains.id = domain_id ORDER BY topics.id`,
  repos: `SELECT managed_repos.id, managed_repos.slug, managed_repos.title, domains.slug AS domain_slug,
            managed_repos.status, local_path
          FROM managed_repos JOIN domains ON domains.id = domain_id ORDER BY managed_repos.id`,
} as const

/** The repaired form: what is shown, and nothing else. */
export const leanLists: ReferenceLists = {
  domains: (database) => database.rows(leanListSql.domains),
  topics: (database) => database.rows(leanListSql.topics),
  repos: (database) => database.rows(leanListSql.repos),
}
