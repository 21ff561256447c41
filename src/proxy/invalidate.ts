// Makes stored responses and fetches under way invalid, together and at one moment.
import { Fields } from '../http/fields.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import { invalidatedBy } from '../policy/invalidated-targets.ts'
import type { Invalidation } from '../policy/invalidation.ts'
import { targetUri } from '../policy/key.ts'
import { compilePattern } from '../route/path-pattern.ts'
import type { Call, Room } from './call.ts'

/** Drops what the answer to an unsafe request makes invalid (RFC 9111 §4.4), before anybody hears of the answer. */
export function invalidateAfter({ room, head, params, policy }: Call, response: ResponseHead): void {
  const by = invalidatedBy({
    request: head,
    response,
    params,
    templates: policy.invalidates,
    pathMatcher,
    uriOf: (path, query) => storedUri(room, head, path, query),
  })
  if (by !== null) invalidate(room, by, policy.invalidatesSoftly)
}

// When the answer is lost on its way the origin may have acted: what would have been invalid counts as invalid.
const presumedSuccess: ResponseHead = { status: 200, statusText: '', fields: Fields.empty }

/** Drops what an unsafe request would have made invalid whose answer nobody will ever see. */
export function invalidatePresuming(call: Call): void {
  invalidateAfter(call, presumedSuccess)
}

/** Drops what is stored of a call's own target, which turned out not to be the current state. */
export function invalidateTarget({ room, head }: Call): void {
  const uris = new Set([storedUri(room, head, head.path, head.query)])
  invalidate(room, { uris, tags: new Set(), paths: null })
}

/** Drops all that is stored, and nothing that is being fetched is stored; the number of responses removed. */
export function invalidateAll(room: Room): number {
  room.fences.raise({ uris: new Set(), tags: new Set(), paths: () => true })
  return room.store.clear()
}

/** First the fetches under way, so that none of them can be stored after the store was swept. */
export function invalidate(room: Room, by: Invalidation, soft = false): number {
  room.fences.raise(by)
  return room.store.invalidate(by, soft)
}

/** The label under which a GET of this path and query is stored: its own route's query rule applies. */
function storedUri(
  { routes }: Room,
  { scheme, authority }: RequestHead,
  path: string,
  query: string,
): string {
  const cache = routes.match('GET', path)?.route.policy.cache ?? null
  return targetUri({ scheme, authority, path, query }, cache)
}

function pathMatcher(text: string): (path: string) => boolean {
  const pattern = compilePattern(text)
  return (path) => pattern.match(path) !== null
}
