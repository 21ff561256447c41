// Variants of one key: what Vary nominates, and which stored response a request selects (RFC 9111 §4.1).
import { normaliseAcceptEncoding } from '../http/accept-encoding.ts'
import type { Fields } from '../http/fields.ts'
import { connectionNamed, isHopByHop } from '../http/hop-by-hop.ts'
import { splitOutsideQuotes } from '../http/list.ts'
import { mostWantedLanguage, normaliseAcceptLanguage } from '../http/accept-language.ts'
import { identifies } from './credential.ts'
import type { StoredResponse, VaryValue } from './entry.ts'
import { isAddress, isCondition, isSteering } from './field-roles.ts'
import { joinParts } from './key.ts'
import type { CachePolicy } from './route-policy.ts'

const NONE: readonly VaryValue[] = []
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

/**
 * The fields that a response's Vary nominates with the values that this client's request has for them,
 * normalised. 'any' where no later request can be known to match: for `*`, for what is no field name, and for
 * the client's address. Left out are fields that the key holds or that no cacheable fetch carries, credentials
 * above all, whose values must not be stored.
 */
export function varyOf(response: Fields, request: Fields, cache: CachePolicy): readonly VaryValue[] | 'any' {
  const nominated = response.get('vary')
  if (nominated === undefined) return NONE
  const names = new Set(
    nominated
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  names.delete('')
  const keyed = new Set(cache.key.headers)
  const values: VaryValue[] = []
  for (const name of [...names].sort()) {
    if (keyed.has(name)) continue
    if (!FIELD_NAME.test(name) || name === '*' || name === 'forwarded' || isAddress(name)) return 'any'
    if (!isSettledByKey(name, cache)) values.push({ name, value: selectingValue(request, name) })
  }
  return values
}

/**
 * The newest stored response that this client's request selects; `variants` are newest first. Where the origin
 * negotiates languages and none was fetched with the same wishes, it is the one in the language wanted most.
 */
export function selectVariant(
  variants: readonly StoredResponse[],
  request: Fields,
): StoredResponse | undefined {
  for (const variant of variants) {
    if (variant.vary.length === 0 || matchesVary(variant.vary, request)) return variant
  }
  return variants.find((variant) => speaksWantedLanguage(variant, request))
}

/** Whether the same requests select both. */
export function sameVariant(a: Pick<StoredResponse, 'vary'>, b: Pick<StoredResponse, 'vary'>): boolean {
  return (
    a.vary.length === b.vary.length &&
    a.vary.every(({ name, value }, i) => b.vary[i]?.name === name && b.vary[i].value === value)
  )
}

/** Whether this client's request has the values that Vary nominated. */
export function matchesVary(vary: readonly VaryValue[], request: Fields): boolean {
  return vary.every(({ name, value }) => selectingValue(request, name) === value)
}

/**
 * What tells this client's request apart from others of its key, as far as the stored variants show: the values
 * of all fields that any of them nominates; '' where none does.
 */
export function variantKey(variants: readonly StoredResponse[], request: Fields): string {
  const names = new Set(variants.flatMap(({ vary }) => vary.map(({ name }) => name)))
  return joinParts(
    [...names].sort().flatMap((name) => {
      const value = selectingValue(request, name)
      return [name, value === null ? '' : `=${value}`]
    }),
  )
}

/** Whether this is what negotiation by language would choose: nothing is wanted more than the language it is in. */
function speaksWantedLanguage({ vary, fields }: StoredResponse, request: Fields): boolean {
  const others = vary.filter(({ name }) => name !== 'accept-language')
  const wishes = request.get('accept-language')
  if (others.length === vary.length || wishes === undefined) return false
  const wanted = mostWantedLanguage(wishes)
  const language = fields.get('content-language')?.toLowerCase()
  return wanted !== null && wanted === language && matchesVary(others, request)
}

function isSettledByKey(name: string, cache: CachePolicy): boolean {
  return (
    name === 'host' || isHopByHop(name) || isCondition(name) || isSteering(name) || identifies(name, cache)
  )
}

/** A field's value as far as it can select a response; null where the origin does not see the field. */
function selectingValue(request: Fields, name: string): string | null {
  const value = request.get(name)
  if (value === undefined || connectionNamed(request).has(name)) return null
  return normaliseFieldValue(name, value)
}

/** The value in a form that equals that of any other value with the same meaning, as far as the syntax is known. */
export function normaliseFieldValue(name: string, value: string): string {
  if (name === 'accept-encoding') return normaliseAcceptEncoding(value)
  if (name === 'accept-language') return normaliseAcceptLanguage(value) ?? withoutListBlanks(value)
  return withoutListBlanks(value)
}

function withoutListBlanks(value: string): string {
  return value.includes(',') ? splitOutsideQuotes(value, ',').join(',') : value.trim()
}
