// What the model holds: stored responses, what puts them there, and what takes them away.
import { type Arrived, derivedName, wholeSeconds } from './arrived.ts'
import type { PolicyChoice, RequestChoice, WriteChoice } from './choices.ts'
import { keyOf, meaningOf, nominated, uriOf } from './identity.ts'
import type { Held } from './reuse.ts'
import { type Freshness, obeyed } from './rules.ts'

/** What a write makes invalid (RFC 9111 §4.4, RFC 9875). */
export interface Invalid {
  readonly uris: ReadonlySet<string>
  readonly tags: ReadonlySet<string>
  readonly path: string | null
}

export function isInvalid({ uri, tags, path }: Pick<Held, 'uri' | 'tags' | 'path'>, by: Invalid): boolean {
  return by.uris.has(uri) || [...tags].some((tag) => by.tags.has(tag)) || path === by.path
}

/** Null where the write did not succeed. */
export function invalidBy(write: WriteChoice, policy: PolicyChoice): Invalid | null {
  const { outcome, path, query } = write
  if (outcome === 'unsent') return null
  const isLost = outcome === 'lost'
  if (!isLost && outcome >= 400) return null
  const uris = new Set([uriOf({ path, query }, policy)])
  for (const place of isLost ? [] : [write.location, write.contentLocation]) {
    const [, named, search] = /^(?:http:\/\/api\.example)?(\/[ab])?(\?x=1)?$/.exec(place ?? ' ') ?? []
    const target = named ?? (search === undefined ? null : path)
    if (target !== null)
      uris.add(uriOf({ path: target as '/a', query: search === undefined ? [] : [['x', '1']] }, policy))
  }
  const groups = isLost || write.groups === 'malformed' ? [] : write.groups
  const tags = new Set(groups.map((group) => `group ${group}`))
  if (policy.invalidates === 'tag-of-all') tags.add('all')
  if (policy.invalidates === 'tag-of-path') tags.add(`item ${path}`)
  return { uris, tags, path: policy.invalidates === 'path-b' ? '/b' : null }
}

/** What a fetch is known by before its answer, and with it. */
export function labelsOf(
  request: RequestChoice,
  policy: PolicyChoice,
  answer: Arrived | null,
): Pick<Held, 'uri' | 'tags' | 'path'> {
  const groups = answer === null || answer.groups === 'malformed' ? [] : answer.groups
  const tags = new Set(['all', `item ${request.path}`, ...groups.map((group) => `group ${group}`)])
  return { uri: uriOf(request, policy), path: request.path, tags }
}

/** The response as it is held for this request. */
export function hold(
  request: RequestChoice,
  policy: PolicyChoice,
  answer: Arrived,
  initialAgeMs: number,
  freshness: Freshness,
  before: Held | null,
): Held {
  const kept = {
    ...answer,
    secret: answer.secret && !isForOne(answer, policy),
    dateAt: answer.dateAt ?? wholeSeconds(answer.responseAt),
  }
  const hasValidator = answer.etag !== null || typeof answer.modifiedAt === 'number'
  const content = before?.content ?? answer
  return {
    ...labelsOf(request, policy, answer),
    key: keyOf(request, policy),
    vary: selectedBy(request, policy, answer),
    answer: kept,
    content,
    etag: hasValidator ? answer.etag : { weak: false, opaque: derivedName(content) },
    derived: !hasValidator,
    initialAgeMs,
    freshness,
  }
}

/** What Vary makes of the request: what a later one must have as well (RFC 9111 §4.1). */
export function selectedBy(
  request: RequestChoice,
  policy: PolicyChoice,
  answer: Arrived,
): ReadonlyMap<string, string | null> {
  return new Map(nominated(answer.vary, policy).map((name) => [name, meaningOf(request, name)]))
}

/** Whether X-Secret is kept from everybody but the one who asked (RFC 9111 §5.2.2.4, §5.2.2.7). */
export function isForOne(answer: Arrived, policy: PolicyChoice): boolean {
  const rules = obeyed(answer, policy)
  return [...rules.fields('no-cache'), ...rules.fields('private')].includes('x-secret')
}

/** With one more, newest first; the oldest variants of its key give way. */
export function withOne(held: readonly Held[], one: Held, maxVariants: number): Held[] {
  const variant = JSON.stringify([...one.vary])
  const isSame = (other: Held): boolean =>
    other.key === one.key && JSON.stringify([...other.vary]) === variant
  if (held.some((other) => isSame(other) && other.answer.requestAt > one.answer.requestAt)) return [...held]
  const others = held.filter((other) => !isSame(other))
  const rest = others.filter(({ key }) => key === one.key).slice(0, maxVariants - 1)
  return [one, ...others.filter((other) => other.key !== one.key || rest.includes(other))]
}

/** As an operator's soft purge leaves it: to be validated before its next use. */
export function purged(held: Held): Held {
  const freshness: Freshness = {
    ...held.freshness,
    lifetimeMs: 0,
    source: 'purged',
    whileRevalidateMs: 0,
    mayBeStale: false,
    validateAlways: true,
  }
  return { ...held, freshness }
}
