// The cache key (RFC 9111 §2): all that selects a stored response, except for what Vary adds.
import { normaliseAcceptEncoding } from '../http/accept-encoding.ts'
import { connectionNamed } from '../http/hop-by-hop.ts'
import type { RequestHead } from '../http/message.ts'
import { credentialOf, identifies } from './credential.ts'
import { forwardedFor, isBelieved, steeringOf } from './forwarded.ts'
import { normaliseQuery } from './query-rule.ts'
import type { CachePolicy } from './route-policy.ts'

/** A keyed hash (HMAC), so that a credential can be recognised but not read. */
export type Digest = (text: string) => string

export interface CacheKey {
  readonly key: string
  /** Normalised path and query, exactly what goes to the origin. */
  readonly target: string
  /** The label for invalidation, the same for all users: scheme, authority and target. */
  readonly uri: string
  /** The key belongs to one credential. */
  readonly credentialed: boolean
}

/**
 * The key of a request on a caching route. GET and HEAD share their stored responses; a QUERY has its content in the
 * key, as what `contentDigest` makes of it.
 */
export function cacheKey(
  head: RequestHead,
  cache: CachePolicy,
  digest: Digest,
  contentDigest: string | null = null,
): CacheKey {
  const target = targetOf(head, cache)
  const credential = credentialOf(head.fields, cache)
  const method = head.method === 'QUERY' ? 'QUERY' : 'GET'
  const parts = [
    method,
    head.scheme,
    head.authority,
    target,
    ...keyedFields(head, cache),
    ...steeringOf(head),
  ]
  if (contentDigest !== null) parts.push('content', contentDigest)
  if (credential.length === 0) parts.push('shared')
  else parts.push('user', digest(joinParts(credential)))
  const key = joinParts(parts)
  return { key, target, uri: uriOf(head, target), credentialed: credential.length > 0 }
}

/** What a QUERY asks by, as a text to be digested: its content, and the fields that say how to read it (RFC 10008). */
export function contentParts({ fields }: RequestHead, content: string): string {
  const described = fields.filter((name) => name.startsWith('content-') && name !== 'content-length')
  return joinParts([...described.names.flatMap((name) => [name, fields.all(name).join(', ')]), content])
}

/** The target URI as invalidations name it; the route's query rule applies where it caches. */
export function targetUri(
  head: Pick<RequestHead, 'scheme' | 'authority' | 'path' | 'query'>,
  cache: CachePolicy | null,
): string {
  return uriOf(head, targetOf(head, cache))
}

/** Whether the key belongs to one credential. What precedes its last part cannot pass for it. */
export function isCredentialed(key: string): boolean {
  return !key.endsWith(joinParts(['shared']))
}

/** The texts that were joined: the inverse of `joinParts`. */
export function splitParts(joined: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < joined.length;) {
    const colon = joined.indexOf(':', at)
    const end = colon + 1 + Number(joined.slice(at, colon))
    parts.push(joined.slice(colon + 1, end))
    at = end
  }
  return parts
}

/** Joins texts so that no two different lists give the same one: each is preceded by its length. */
export function joinParts(parts: readonly string[]): string {
  let joined = ''
  for (const part of parts) joined += `${part.length}:${part}`
  return joined
}

function targetOf({ path, query }: Pick<RequestHead, 'path' | 'query'>, cache: CachePolicy | null): string {
  return cache === null ? path + query : path + normaliseQuery(query, cache.key, cache.refreshParam)
}

function uriOf({ scheme, authority }: Pick<RequestHead, 'scheme' | 'authority'>, target: string): string {
  return `${scheme}://${authority}${target}`
}

/** The configured fields as the origin receives them: name, then '=' and the value, or nothing where it is absent. */
function keyedFields(head: RequestHead, cache: CachePolicy): string[] {
  return cache.key.headers
    .filter((name) => !identifies(name, cache))
    .flatMap((name) => {
      const value = sentValue(head, name, cache)
      return [name, value === undefined ? '' : `=${value}`]
    })
}

function sentValue(head: RequestHead, name: string, cache: CachePolicy): string | undefined {
  if (name === 'x-forwarded-for') return forwardedFor(head)
  if (!isBelieved(name, head.peer, cache) || connectionNamed(head.fields).has(name)) return undefined
  const value = head.fields.get(name)
  if (value === undefined) return undefined
  return name === 'accept-encoding' ? normaliseAcceptEncoding(value) : value
}
