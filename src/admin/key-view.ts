// The parts of a cache key as people read them; of a credential, only that it is there.
import type { RequestHead } from '../http/message.ts'
import { parameters } from '../http/query.ts'
import { credentialOf } from '../policy/credential.ts'
import { type CacheKey, splitParts } from '../policy/key.ts'
import type { CachePolicy } from '../policy/route-policy.ts'

export interface KeyPart {
  readonly part: string
  readonly value: string
}

// What every key begins with, in this order.
const firstParts = ['method', 'scheme', 'host', 'target']

/** Takes the key itself apart, so that what is shown is what is used. */
export function keyView(
  head: RequestHead,
  { key, target, credentialed }: CacheKey,
  cache: CachePolicy,
): KeyPart[] {
  const parts = splitParts(key)
  const fields = parts.slice(firstParts.length, credentialed ? -2 : -1)
  const credential = credentialed ? namesOf(credentialOf(head.fields, cache)) : ''
  const view = firstParts.map((part, index) => ({ part, value: parts[index] ?? '' }))
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1] ?? ''
    view.push({ part: fields[i] ?? '', value: value.startsWith('=') ? value.slice(1) : value || '(absent)' })
  }
  const left = leftOut(head.query, target)
  if (left !== '') view.push({ part: 'not part of it', value: left })
  const who = credentialed ? `one user: a digest of ${credential}` : 'the same for all who send no credential'
  return [...view, { part: 'credential', value: cache.scope === 'shared' ? 'the same for everyone' : who }]
}

function namesOf(lines: readonly string[]): string {
  return [...new Set(lines.filter((_, index) => index % 2 === 0))].join(', ')
}

/** The parameters of the query that neither the key holds nor the API receives. */
function leftOut(query: string, target: string): string {
  const queryAt = target.indexOf('?')
  const kept = new Set(namesIn(queryAt < 0 ? '' : target.slice(queryAt)))
  return [...new Set(namesIn(query))].filter((name) => !kept.has(name)).join(', ')
}

function namesIn(query: string): string[] {
  return parameters(query).map(({ name }) => name)
}
