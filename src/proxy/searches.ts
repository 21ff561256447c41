// Which queries of a path are known to mean the same, by what its responses said (No-Vary-Search).
import { LRUCache } from 'lru-cache'
import { comparableQuery, parseNoVarySearch, type SearchVariance } from '../http/no-vary-search.ts'
import type { StoredResponse } from '../policy/entry.ts'
import { joinParts } from '../policy/key.ts'

const REMEMBERED_PATHS = 10_000
const REMEMBERED_QUERIES = 100_000
// A path that answers with more kinds of variance than these is not worth more look-ups.
const VARIANCES = 4

/** A bounded memory of stored responses that answer other queries than their own. */
export class Searches {
  /** By the key of the path without a query. */
  readonly #variances = new LRUCache<string, readonly SearchVariance[]>({ max: REMEMBERED_PATHS })
  readonly #keys = new LRUCache<string, string>({ max: REMEMBERED_QUERIES })

  /** Whether no response has said anything yet, so that nothing need be looked up. */
  get isEmpty(): boolean {
    return this.#variances.size === 0
  }

  /** Remembers what a response says, under the key of its path without a query. */
  learn(pathKey: string, { key, labels, fields }: StoredResponse): void {
    const variance = parseNoVarySearch(fields)
    if (variance === null) return
    const known = this.#variances.get(pathKey) ?? []
    const others = known.filter((one) => formatVariance(one) !== formatVariance(variance))
    this.#variances.set(pathKey, [variance, ...others].slice(0, VARIANCES))
    this.#keys.set(queryKey(pathKey, queryOf(labels.uri), variance), key)
  }

  /** The keys under which a response to an equivalent query may be stored. */
  *equivalents(pathKey: string, query: string): Iterable<string> {
    for (const variance of this.#variances.get(pathKey) ?? []) {
      const key = this.#keys.get(queryKey(pathKey, query, variance))
      if (key !== undefined) yield key
    }
  }
}

/** Whether a stored response says of itself that it answers this query as well. */
export function answersQuery({ fields, labels }: StoredResponse, query: string): boolean {
  const variance = parseNoVarySearch(fields)
  return (
    variance !== null && comparableQuery(queryOf(labels.uri), variance) === comparableQuery(query, variance)
  )
}

function queryOf(uri: string): string {
  const at = uri.indexOf('?')
  return at < 0 ? '' : uri.slice(at)
}

function queryKey(pathKey: string, query: string, variance: SearchVariance): string {
  return joinParts([pathKey, formatVariance(variance), comparableQuery(query, variance)])
}

function formatVariance({ params, keyOrder }: SearchVariance): string {
  return joinParts([params.kind, String(keyOrder), ...[...params.names].sort()])
}
