// The part of a query that a route keys on, which is also the part that its origin receives.
import { filterQuery, type ParameterFilter, parameterValues, sortQuery } from '../http/query.ts'
import type { KeyPolicy, QueryRule } from './route-policy.ts'

/**
 * The query ('' or with its '?') without the parameters that the route ignores and without the one that asks
 * for a refresh, ordered where the route says so. The same string where nothing changes.
 */
export function normaliseQuery(query: string, key: KeyPolicy, refreshParam: string | null): string {
  if (query === '' || key.query.kind === 'none') return ''
  const passes = filterOf(key.query)
  const kept =
    key.query.kind === 'all' && refreshParam === null
      ? query
      : filterQuery(query, (name) => name !== refreshParam && passes(name))
  return key.sortQuery ? sortQuery(kept) : kept
}

/** Whether the query asks for a new fetch: the parameter is there, and not as 0 or false. */
export function asksForRefresh(query: string, refreshParam: string | null): boolean {
  if (query === '' || refreshParam === null) return false
  return parameterValues(query, refreshParam).some((value) => value !== '0' && value !== 'false')
}

function filterOf(rule: Exclude<QueryRule, { kind: 'none' }>): ParameterFilter {
  switch (rule.kind) {
    case 'all':
      return () => true
    case 'only':
      return (name) => rule.names.includes(name)
    case 'ignore':
      return (name) => !rule.names.some((pattern) => isMeant(name, pattern))
  }
}

function isMeant(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
