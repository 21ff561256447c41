// Whether a stored response still holds when the operator's policy has changed under it.
import { tagsOf, type PathParameters, type Site } from './invalidated-targets.ts'
import type { Freshness, Labels, StoredResponse } from './entry.ts'
import { judgeFreshness, obeyedDirectives } from './freshness.ts'
import type { CachePolicy } from './route-policy.ts'

/**
 * The stored response under a policy that came after it; null where that would not have stored it. Its lifetime and
 * windows become shorter where the new policy says so and never longer, since what bounded them (such as a token's
 * expiry) may not be known any more; its tags are the new ones. The same object where nothing changes.
 */
export function reconsider(
  entry: StoredResponse,
  cache: CachePolicy | null,
  params: PathParameters,
): StoredResponse | null {
  if (cache === null) return null
  const { status, statusText, fields, initialAgeMs, responseAt } = entry
  const response = { status, statusText, fields }
  const { noStore, mustUnderstand, private: isPrivate } = obeyedDirectives(response, cache).directives
  if ((noStore && !mustUnderstand) || isPrivate) return null
  const judged = judgeFreshness({ response, cache, initialAgeMs, responseAt, tokenExpiresAt: null })
  const freshness = shorter(entry.freshness, judged)
  const tags = tagsOf(cache.tags, params, { site: siteOf(entry.labels), fields })
  if (freshness === entry.freshness && sameTexts(tags, entry.labels.tags)) return entry
  return { ...entry, freshness, labels: { ...entry.labels, tags } }
}

/** Where a stored response is from, as its labels say. */
function siteOf({ uri, path }: Labels): Site {
  const [scheme = '', rest = ''] = uri.split('://', 2)
  return { scheme: scheme as Site['scheme'], authority: rest.split('/', 1)[0] ?? '', path }
}

function shorter(held: Freshness, judged: Freshness): Freshness {
  const lifetimeMs = Math.min(held.lifetimeMs, judged.lifetimeMs)
  const freshness: Freshness = {
    lifetimeMs,
    source: lifetimeMs < held.lifetimeMs ? judged.source : held.source,
    staleWhileRevalidateMs: Math.min(held.staleWhileRevalidateMs, judged.staleWhileRevalidateMs),
    staleIfErrorMs: Math.min(held.staleIfErrorMs, judged.staleIfErrorMs),
    mayBeStale: held.mayBeStale && judged.mayBeStale,
    validateAlways: held.validateAlways || judged.validateAlways,
  }
  const names = Object.keys(freshness) as (keyof Freshness)[]
  return names.every((name) => freshness[name] === held[name]) ? held : freshness
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index])
}
