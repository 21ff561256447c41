// A stored response (RFC 9111 §3) with everything that could be decided when it was stored.
import type { Fields } from '../http/fields.ts'

export interface StoredResponse {
  /** The cache key (RFC 9111 §2), without the parts that Vary adds. */
  readonly key: string
  readonly labels: Labels
  /** The request fields that Vary nominated, normalised, with the values the fetch had. */
  readonly vary: readonly VaryValue[]
  readonly status: number
  readonly statusText: string
  /** End-to-end fields to send again, without Age and weir's own. */
  readonly fields: Fields
  readonly body: Uint8Array
  /** Where the body lies in the representation that it is a part of (status 206); null: the body is whole. */
  readonly part: ContentPart | null
  /** When the request was sent and the response's head came, epoch ms. */
  readonly requestAt: number
  readonly responseAt: number
  /** corrected_initial_age, RFC 9111 §4.2.3. */
  readonly initialAgeMs: number
  readonly freshness: Freshness
  /** The entity tag as received or derived, with its quotes and weakness. */
  readonly etag: string | null
  /** True where weir derived the tag: the origin has never heard of it. */
  readonly derivedEtag: boolean
  /** Last-Modified as received. */
  readonly lastModified: string | null
}

/** A part of a representation, both ends inside (RFC 9110 §14.4). */
export interface ContentPart {
  readonly first: number
  readonly last: number
  /** Of the whole representation. */
  readonly lengthBytes: number
}

/** What an invalidation can name a stored response, or a fetch in flight, by. */
export interface Labels {
  /** The target URI, normalised: scheme, authority, path and query. */
  readonly uri: string
  readonly path: string
  readonly tags: readonly string[]
}

export interface VaryValue {
  /** Lower-case field name. */
  readonly name: string
  /** The normalised value; null where the request had no such field. */
  readonly value: string | null
}

export type FreshnessSource =
  's-maxage' | 'max-age' | 'expires' | 'heuristic' | 'ttl' | 'status-ttl' | 'targeted' | 'purged' | 'none'

export interface Freshness {
  /** freshness_lifetime, RFC 9111 §4.2.1. */
  readonly lifetimeMs: number
  readonly source: FreshnessSource
  /** How long past the lifetime it may be served while it is refreshed; 0 where forbidden. */
  readonly staleWhileRevalidateMs: number
  /** How long past the lifetime it may be served in place of an error; 0 where forbidden. */
  readonly staleIfErrorMs: number
  /** False where a directive forbids stale reuse even on request (RFC 9111 §4.2.4). */
  readonly mayBeStale: boolean
  /** No reuse without validation: `no-cache`, or an operator's soft purge. */
  readonly validateAlways: boolean
}
