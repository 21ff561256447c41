// What the health check and the figures count: every column of every row by way of a subquery, or rows alone.
import type { Queries } from '../shared/postgres.ts'

export interface Counts {
  readonly content_count: number
  readonly author_count: number
}

export type CountAll = (database: Queries) => Promise<Counts>

export const wrappedCountSql = (table: 'contents' | 'authors'): string =>
  `SELECT count(*)::int AS count FROM (SELECT * FROM ${table}) AS every_column`

/** The slow form: two queries, one after the other, each wrapped as an object mapper wraps it. */
export const countInTurn: CountAll = async (database) => {
  const count = async (table: 'contents' | 'authors'): Promise<number> =>
    (await database.rows<{ count: number }>(wrappedCountSql(table)))[0]?.count ?? 0
  return { content_count: await count('contents'), author_count: await count('authors') }
}

export const countsSql = `
  SELECT (SELECT count(id)::int FROM contents) AS content_count, (SELECT count(id)::int FROM authors) AS author_count`

/** The repaired form: one query. */
export const countTogether: CountAll = async (database) => (await database.rows<Counts>(countsSql))[0]!

/** A platform's contents, in each form. */
export const platformCountSql = {
  slow: 'SELECT count(*)::int AS count FROM (SELECT * FROM contents WHERE platform = $1) AS every_column',
  repaired: 'SELECT count(id)::int AS count FROM contents WHERE platform = $1',
} as const
