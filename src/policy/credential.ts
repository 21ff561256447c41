// The credential of a request: the lines that say who asks, as they are keyed and as the origin receives them.
import { pickCookies } from '../http/cookies.ts'
import type { Fields } from '../http/fields.ts'
import { connectionNamed } from '../http/hop-by-hop.ts'
import { isCredential } from './field-roles.ts'
import type { CachePolicy } from './route-policy.ts'

const NONE: readonly string[] = []

/**
 * The credential of a request on a caching route as lower-case name, value, name, value …, ordered by name;
 * empty where it has none. Nothing else that could identify a user reaches the origin on a cacheable fetch.
 */
export function credentialOf(fields: Fields, cache: CachePolicy): readonly string[] {
  const lines: [name: string, value: string][] = []
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i] as string
    if (!identifies(name, cache)) continue
    const value = keptCredential(name, fields.raw[2 * i + 1] as string, cache)
    if (value !== null && !connectionNamed(fields).has(name)) lines.push([name, value])
  }
  if (lines.length === 0) return NONE
  return lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat()
}

/** Whether the request says who asks, as far as the route keys on it. */
export function hasCredential(fields: Fields, cache: CachePolicy): boolean {
  return credentialOf(fields, cache).length > 0
}

/** Whether a field (by lower-case name) can say who asks on this route. */
export function identifies(name: string, cache: CachePolicy): boolean {
  return isCredential(name) || cache.credentials.headers.includes(name)
}

/** What of such a field's value is keyed and sent; null: nothing, the field is left out. */
export function keptCredential(name: string, value: string, cache: CachePolicy): string | null {
  if (cache.key.headers.includes(name)) return value
  if (cache.scope === 'shared') return null
  if (name !== 'cookie') return cache.credentials.headers.includes(name) ? value : null
  const { cookies } = cache.credentials
  const kept = cookies === 'all' ? value : pickCookies(value, cookies)
  return kept === '' ? null : kept
}
