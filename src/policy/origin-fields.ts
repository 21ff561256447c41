// The fields that the origin receives: everything of the client's on a pass, only what the key holds on a cacheable fetch.
import { normaliseAcceptEncoding } from '../http/accept-encoding.ts'
import { endToEndRequest } from '../http/hop-by-hop.ts'
import type { RequestHead } from '../http/message.ts'
import { identifies, keptCredential } from './credential.ts'
import { isCondition } from './field-roles.ts'
import { forwardedFor, isBelieved } from './forwarded.ts'
import type { CachePolicy } from './route-policy.ts'

export interface OriginFieldsInput {
  readonly head: RequestHead
  /** The policy of a cacheable fetch; null: a pass, with credentials and all other end-to-end fields. */
  readonly cache: CachePolicy | null
  /** Conditional fields of weir's own, as name, value, name, value … */
  readonly conditional: readonly string[]
  /** What the origin is told as Host. */
  readonly host: string
  /** Fields that take the place of the client's where the route does not key on them; null: no such field at all. */
  readonly own?: readonly (readonly [name: string, value: string | null])[]
}

// The origin adapter frames the request; weir itself answers Expect, and nobody else gives out fencing tokens.
const REBUILT: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'expect',
  'weir-fencing-token',
  'x-forwarded-for',
])

/** Name, value, name, value …: Host first, the client's fields in their order and spelling, then weir's own. */
export function originFields({ head, cache, conditional, host, own = [] }: OriginFieldsInput): string[] {
  const fields = endToEndRequest(head.fields)
  const replaced = own.filter(([name]) => !isKeyed(name.toLowerCase(), cache))
  const sent = ['Host', host]
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i] as string
    if (REBUILT.has(name) || !isBelieved(name, head.peer, cache)) continue
    if (replaced.some(([replacedName]) => replacedName.toLowerCase() === name)) continue
    const value = fields.raw[2 * i + 1] as string
    const passed = cache === null ? value : cacheableValue(name, value, cache)
    if (passed !== null) sent.push(fields.raw[2 * i] as string, passed)
  }
  const acceptEncoding = cache === null ? '' : normaliseAcceptEncoding(fields.get('accept-encoding'))
  if (acceptEncoding !== '') sent.push('Accept-Encoding', acceptEncoding)
  sent.push(...conditional, 'X-Forwarded-For', forwardedFor(head))
  if (!head.peer.trusted || !fields.has('x-forwarded-proto')) sent.push('X-Forwarded-Proto', head.scheme)
  if (!head.peer.trusted || !fields.has('x-forwarded-host')) sent.push('X-Forwarded-Host', head.authority)
  for (const [name, value] of replaced) if (value !== null) sent.push(name, value)
  sent.push('Via', `${head.version} weir`)
  return sent
}

function isKeyed(name: string, cache: CachePolicy | null): boolean {
  return cache?.key.headers.includes(name) ?? false
}

/** What of a field goes along on a cacheable fetch; null: nothing. */
function cacheableValue(name: string, value: string, cache: CachePolicy): string | null {
  if (name === 'accept-encoding' || isCondition(name)) return null
  if (identifies(name, cache)) return keptCredential(name, value, cache)
  return name === 'cache-control' ? withoutOnlyIfCached(value) : value
}

/** The directive speaks to the cache nearest to the client, which has already failed it. */
function withoutOnlyIfCached(value: string): string | null {
  if (!/only-if-cached/i.test(value)) return value
  const kept = value.split(',').filter((directive) => !/^[\t ]*only-if-cached[\t ]*$/i.test(directive))
  return kept.length === 0 ? null : kept.join(',').trim()
}
