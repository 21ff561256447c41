// No-Vary-Search: which differences between queries a response does not depend on (draft-ietf-httpbis-no-vary-search).
import type { Fields } from './fields.ts'
import { decodeFormText } from './form-encoding.ts'
import { parameters } from './query.ts'
import { parseDictionary, type Member } from './structured-fields.ts'

export interface SearchVariance {
  /** Parameters that count, by decoded name. */
  readonly params:
    | { readonly kind: 'all-but'; readonly names: ReadonlySet<string> }
    | { readonly kind: 'only'; readonly names: ReadonlySet<string> }
  /** Whether the order of parameters of different names counts. */
  readonly keyOrder: boolean
}

const NONE: ReadonlySet<string> = new Set()

/** What the response says; null where it says nothing or anything is malformed, so that queries count as they are. */
export function parseNoVarySearch(fields: Fields): SearchVariance | null {
  const value = fields.get('no-vary-search')
  const said = value === undefined ? null : parseDictionary(value)
  if (said === null) return null
  const ignoresOrder = flagOf(said.get('key-order'))
  const params = paramsOf(said.get('params'), said.get('except'))
  if (ignoresOrder === null || params === null) return null
  const isDefault = !ignoresOrder && params.kind === 'all-but' && params.names.size === 0
  return isDefault ? null : { params, keyOrder: !ignoresOrder }
}

/**
 * A text that two queries ('' or with their '?') have in common exactly when they are equivalent for a response
 * with this variance. It is for comparing only: never a query to send.
 */
export function comparableQuery(query: string, variance: SearchVariance): string {
  const { kind, names } = variance.params
  const pairs = parameters(query)
    .filter(({ name, raw }) => raw !== '' && names.has(name) === (kind === 'only'))
    .map(({ name, raw }): [name: string, value: string] => [name, valueOf(raw)])
  if (!variance.keyOrder) pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return JSON.stringify(pairs)
}

function paramsOf(params: Member | undefined, except: Member | undefined): SearchVariance['params'] | null {
  const all = params?.kind === 'inner-list' ? null : flagOf(params)
  if (except !== undefined) {
    const names = all === true ? namesOf(except) : null
    return names === null ? null : { kind: 'only', names }
  }
  if (all !== null) return all ? { kind: 'only', names: NONE } : { kind: 'all-but', names: NONE }
  const names = namesOf(params)
  return names === null ? null : { kind: 'all-but', names }
}

/** False where it is absent; null where it is no boolean. */
function flagOf(member: Member | undefined): boolean | null {
  if (member === undefined) return false
  return member.kind === 'item' && member.value.type === 'boolean' ? member.value.value : null
}

/** The decoded names of an inner list; null where it is none, or one of anything but strings. */
function namesOf(member: Member | undefined): ReadonlySet<string> | null {
  if (member?.kind !== 'inner-list') return null
  const names = new Set<string>()
  for (const { value } of member.items) {
    if (value.type !== 'string') return null
    names.add(decodeFormText(value.value))
  }
  return names
}

function valueOf(raw: string): string {
  const equals = raw.indexOf('=')
  return equals < 0 ? '' : decodeFormText(raw.slice(equals + 1))
}
