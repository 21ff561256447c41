// Query parameters with their raw text, and the choice of those that matter to a route.
import { decodeFormText } from './form-encoding.ts'

export interface Parameter {
  /** Decoded, for comparing. */
  readonly name: string
  /** As it stands between two '&'. */
  readonly raw: string
}

/** Which parameters pass, by decoded name. */
export type ParameterFilter = (name: string) => boolean

/** The parameters of a query ('' or with its '?') in order, those between two '&' with nothing in them included. */
export function parameters(query: string): Parameter[] {
  if (query === '') return []
  return query
    .slice(1)
    .split('&')
    .map((raw) => ({ name: decodeFormText(rawName(raw)), raw }))
}

/** The decoded value of each parameter of that name, in order; '' where there is no '='. */
export function parameterValues(query: string, name: string): string[] {
  return parameters(query)
    .filter((parameter) => parameter.name === name)
    .map(({ raw }) => decodeFormText(raw.slice(rawName(raw).length + 1)))
}

/** The query with only the parameters that pass, in their raw text; the same string where all do. */
export function filterQuery(query: string, keep: ParameterFilter): string {
  const all = parameters(query)
  const kept = all.filter(({ name }) => keep(name))
  return kept.length === all.length ? query : formatQuery(kept)
}

/** The query ordered by name (code units); parameters of one name keep their order. */
export function sortQuery(query: string): string {
  const ordered = parameters(query).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return ordered.length < 2 ? query : formatQuery(ordered)
}

function formatQuery(kept: readonly Parameter[]): string {
  return kept.length === 0 ? '' : `?${kept.map(({ raw }) => raw).join('&')}`
}

function rawName(raw: string): string {
  const end = raw.indexOf('=')
  return end < 0 ? raw : raw.slice(0, end)
}
