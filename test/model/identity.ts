// Who asks for what: the parts of a request that select what is stored (RFC 9111 §2, §4.1), and that the origin may see.
import type { PolicyChoice, RequestChoice, WriteChoice } from './choices.ts'
import { startAt } from './arrived.ts'

export const site = 'http://api.example'

/** Lower-case names and values. */
export type Sent = ReadonlyMap<string, string>

/** The fields of a request that say who asks, all of them. */
export function credentialFields({ user }: Pick<RequestChoice, 'user'>): Sent {
  switch (user.kind) {
    case 'nobody':
      return new Map()
    case 'bearer':
      return new Map([['authorization', `Bearer ${user.name}`]])
    case 'token':
      return new Map([['authorization', `Bearer ${tokenOf(user.expiresMs)}`]])
    case 'api-key':
      return new Map([['x-api-key', user.name]])
    case 'cookies': {
      const pairs = [
        user.session === null ? '' : `session=${user.session}`,
        user.theme === null ? '' : `theme=${user.theme}`,
      ]
      return new Map([['cookie', pairs.filter((pair) => pair !== '').join('; ')]])
    }
  }
}

/** Those of them that a cacheable fetch keys on and sends; the others count for nothing. */
export function keptCredentials(request: RequestChoice, policy: PolicyChoice): Sent {
  if (policy.scope === 'shared') return new Map()
  const { user } = request
  if (user.kind !== 'cookies' || policy.cookies === 'all') return credentialFields(request)
  return user.session === null ? new Map() : new Map([['cookie', `session=${user.session}`]])
}

export function tokenExpiresAt({ user }: RequestChoice): number | null {
  // A token states whole seconds.
  return user.kind === 'token' ? startAt + user.expiresMs : null
}

function tokenOf(expiresMs: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'none' })}.${encode({ exp: (startAt + expiresMs) / 1000 })}.x`
}

/** The query as the route keys on it and sends it. */
export function keyedQuery(query: RequestChoice['query'], policy: PolicyChoice): string {
  if (policy.query === 'none') return ''
  const kept = query.filter(([name]) => {
    if (policy.refresh && name === 'refresh') return false
    if (policy.query === 'ignore-utm') return !name.startsWith('utm_')
    return policy.query === 'only-x' ? name === 'x' : true
  })
  if (policy.sortQuery) kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return queryText(kept)
}

export function queryText(query: RequestChoice['query']): string {
  return query.length === 0 ? '' : `?${query.map(([name, value]) => `${name}=${value}`).join('&')}`
}

export function asksForRefresh({ query }: RequestChoice, policy: PolicyChoice): boolean {
  return policy.refresh && query.some(([name, value]) => name === 'refresh' && value !== '0')
}

/** The target URI as invalidations name it. */
export function uriOf(
  { path, query }: Pick<WriteChoice | RequestChoice, 'path' | 'query'>,
  policy: PolicyChoice,
): string {
  return `${site}${path}${keyedQuery(query, policy)}`
}

/** What selects the stored responses of a request, Vary apart. */
export function keyOf(request: RequestChoice, policy: PolicyChoice): string {
  const steering = request.trusted ? request.steering : null
  const fields = policy.keyedFields.map((name) => fieldOf(request, name) ?? null)
  return JSON.stringify([uriOf(request, policy), [...keptCredentials(request, policy)], steering, fields])
}

/** A field's text. */
function fieldOf(request: RequestChoice, name: string): string | null {
  if (name === 'accept-language') return request.language?.text ?? null
  if (name === 'accept-encoding') return request.encoding?.text ?? null
  return name === 'x-kind' ? request.kind : null
}

/** What a field that Vary may nominate means in this request; null where it has none. */
export function meaningOf(request: RequestChoice, name: string): string | null {
  if (name === 'accept-language') return request.language?.means ?? null
  if (name === 'accept-encoding') return request.encoding?.means ?? null
  return name === 'x-kind' ? request.kind : null
}

/** The nominated fields that are left to compare: credentials and what the key holds are settled by it. */
export function nominated(vary: readonly string[], policy: PolicyChoice): string[] {
  const names = new Set(vary.map((name) => name.toLowerCase()))
  const keyed: readonly string[] = policy.keyedFields
  return [...names].filter((name) => /^(?:accept-|x-kind)/.test(name) && !keyed.includes(name)).sort()
}
