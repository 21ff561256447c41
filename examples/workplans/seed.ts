// Fills the database of the workplans API. The report gives times and no counts: these sizes come near its times.
import type { Queries } from '../shared/postgres.ts'

export interface SeedSizes {
  readonly domains: number
  readonly topics: number
  readonly workstreams: number
  readonly tasks: number
  readonly decisions: number
  readonly events: number
  readonly repos: number
  readonly goals: number
  readonly snapshots: number
  /** Workplans that each repository holds as Markdown files. */
  readonly filesPerRepo: number
}

export const reportedSizes: SeedSizes = {
  domains: 12,
  topics: 120,
  workstreams: 1_500,
  tasks: 60_000,
  decisions: 6_000,
  events: 40_000,
  repos: 80,
  goals: 800,
  snapshots: 60_000,
  filesPerRepo: 25,
}

/** Writes everything on one connection, so that the same PostgreSQL gives the same rows apart from their times. */
export async function seedWorkplans(connection: Queries, sizes: SeedSizes): Promise<void> {
  const insert = async (count: number, statement: string): Promise<void> => {
    await connection.rows(`${statement} FROM generate_series(1, ${count}) AS series (i)`)
  }
  const ago = `now() - i * interval '1 minute'`
  const text = (sentence: string): string => `repeat('${sentence} ', 8)`
  const parent = (count: number): string => `1 + i % ${count}`
  const status = `CASE WHEN random() < 0.85 THEN 'done' WHEN random() < 0.5 THEN 'todo' ELSE 'in_progress' END`
  const active = `CASE WHEN random() < 0.1 THEN 'active' ELSE 'archived' END`

  await connection.rows('SELECT setseed(0.2)')
  await insert(
    sizes.domains,
    `INSERT INTO domains SELECT i, 'domain-' || i, 'Domain ' || i, 'active', ${ago}, ${ago}`,
  )
  await insert(
    sizes.topics,
    `INSERT INTO topics SELECT i, ${parent(sizes.domains)}, 'topic-' || i, 'Topic ' || i, 'active', ${ago}, ${ago}`,
  )
  await insert(
    sizes.workstreams,
    `INSERT INTO workstreams
     SELECT i, ${parent(sizes.topics)}, 'workstream-' || i, 'Workstream ' || i, ${active}, ${text('What is to be known.')}, ${ago}`,
  )
  await insert(
    sizes.tasks,
    `INSERT INTO tasks SELECT i, ${parent(sizes.workstreams)}, 'Task ' || i, ${status}, random() < 0.02, ${ago}`,
  )
  await insert(
    sizes.decisions,
    `INSERT INTO decisions SELECT i, ${parent(sizes.topics)}, 'Decision ' || i, ${text('It was weighed, and decided.')}`,
  )
  await insert(
    sizes.events,
    `INSERT INTO progress_events SELECT i, ${parent(sizes.topics)}, ${text('Something went forward.')}, ${ago}`,
  )
  await insert(
    sizes.repos,
    `INSERT INTO managed_repos SELECT i, ${parent(sizes.domains)}, 'repo-' || i, 'Repository ' || i, 'active', 'repo-' || i`,
  )
  await insert(
    sizes.goals,
    `INSERT INTO repo_goals SELECT i, ${parent(sizes.repos)}, ${text('To be done one day.')}`,
  )
  await insert(
    sizes.snapshots,
    `INSERT INTO sbom_snapshots
     SELECT i, ${parent(sizes.repos)}, ${ago}, (random() * 900)::int, encode(sha256(convert_to(i::text, 'UTF8')), 'hex')`,
  )
}
