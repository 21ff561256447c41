// What a request says of the hops before weir, believed only from a trusted peer (RFC 7239 §8.1).
import { splitOutsideQuotes } from '../http/list.ts'
import { connectionNamed } from '../http/hop-by-hop.ts'
import type { Peer, RequestHead } from '../http/message.ts'
import { isAddress, isSteering } from './field-roles.ts'
import type { CachePolicy } from './route-policy.ts'

const NONE: readonly string[] = []
const SET_BY_WEIR = /^(?:forwarded|x-forwarded-.*)$/

/** The X-Forwarded-For value the origin receives: the chain that a trusted peer states, and then the peer. */
export function forwardedFor({ fields, peer }: RequestHead): string {
  const chain = peer.trusted ? fields.get('x-forwarded-for') : undefined
  return chain === undefined || chain === '' ? peer.address : `${chain}, ${peer.address}`
}

/**
 * Whether a peer may state this field (by lower-case name). Of a stranger, what steers the origin is passed on
 * only where the route keys on it, and what weir states itself never is.
 */
export function isBelieved(name: string, peer: Peer, cache: CachePolicy | null): boolean {
  if (peer.trusted || !(isSteering(name) || isAddress(name))) return true
  return !SET_BY_WEIR.test(name) && (cache?.key.headers.includes(name) ?? false)
}

/**
 * The fields of a trusted peer that can change the answer, as lower-case name, value, name, value …, ordered by
 * name; they are part of the key. From any other peer they are not passed on, and so there are none.
 */
export function steeringOf({ fields, peer }: RequestHead): readonly string[] {
  if (!peer.trusted) return NONE
  const names = [...new Set(fields.names.filter(isSteering))].sort()
  if (names.length === 0) return NONE
  const dropped = connectionNamed(fields)
  return names
    .filter((name) => !dropped.has(name))
    .flatMap((name) => {
      const value = fields.get(name) as string
      return [name, name === 'forwarded' ? withoutAddresses(value) : value]
    })
}

/** A Forwarded value without who asked and who passed it on: as with X-Forwarded-For, that is no part of a key. */
function withoutAddresses(forwarded: string): string {
  return splitOutsideQuotes(forwarded, ',')
    .map((hop) => splitOutsideQuotes(hop, ';').filter((pair) => !/^(?:for|by)[\t ]*=/i.test(pair)))
    .map((pairs) => pairs.join(';'))
    .filter((hop) => hop !== '')
    .join(',')
}
