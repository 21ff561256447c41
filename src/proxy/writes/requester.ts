// Who sends a write, as far as answers to it may be shown to somebody else.
import { pickCookies } from '../../http/cookies.ts'
import { isCredential } from '../../policy/field-roles.ts'
import { joinParts } from '../../policy/key.ts'
import type { Call } from '../call.ts'

/** A digest of the host that the origin is told and of the request's credential, with `parts`: equal for the same requester. */
export function requesterDigest(call: Call, ...parts: readonly string[]): string {
  const { room, head } = call
  const host = room.originHost ?? head.authority
  return room.digest(joinParts([host, joinParts(credentials(call)), ...parts]))
}

/**
 * Every credential field with its value, since all of them reach the origin with a write, whatever the route's
 * scope; of cookies those that are said to identify a user, where that is said.
 */
function credentials({ head, policy }: Call): string[] {
  const { headers, cookies } = policy.cache?.credentials ?? { headers: [], cookies: 'all' }
  return head.fields.names
    .flatMap((name, i) => {
      if (!isCredential(name) && !headers.includes(name)) return []
      const value = head.fields.raw[2 * i + 1] ?? ''
      return [`${name}:${name === 'cookie' && cookies !== 'all' ? pickCookies(value, cookies) : value}`]
    })
    .sort()
}
