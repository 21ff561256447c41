// What a successful unsafe request makes invalid, and the tags by which stored responses are met (RFC 9111 §4.4, RFC 9875).
import { parseGroups } from '../http/cache-groups.ts'
import type { Fields } from '../http/fields.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import { isSafe } from '../http/methods.ts'
import { parseNoVarySearch } from '../http/no-vary-search.ts'
import { parseTarget } from '../http/target.ts'
import type { Invalidation } from './invalidation.ts'
import type { InvalidationTemplate } from './route-policy.ts'

export interface InvalidatedByInput {
  readonly request: RequestHead
  readonly response: ResponseHead
  /** Path parameters of the request's route. */
  readonly params: PathParameters
  readonly templates: readonly InvalidationTemplate[]
  readonly pathMatcher: (pattern: string) => (path: string) => boolean
  /** The label of the stored responses for that path and query of this origin. */
  readonly uriOf: (path: string, query: string) => string
}

export type PathParameters = Readonly<Record<string, string>>

export type Site = Pick<RequestHead, 'scheme' | 'authority' | 'path'>

const PARAMETER = /:([a-z_$][\w$]*)/gi

/**
 * What the answer to an unsafe request makes invalid: its target, Location and Content-Location of the same
 * origin, what the route lists, and the groups that the origin names. Null where it changes nothing: the method
 * is safe, or the origin did not say that it succeeded.
 */
export function invalidatedBy(input: InvalidatedByInput): Invalidation | null {
  const { request, response, params, templates, pathMatcher, uriOf } = input
  if (isSafe(request.method) || response.status < 200 || response.status >= 400) return null
  const uris = new Set([uriOf(request.path, request.query)])
  for (const name of ['location', 'content-location']) {
    const target = sameSiteTarget(response.fields.get(name), request)
    if (target !== null) uris.add(uriOf(target.path, target.query))
  }
  const tagTemplates = templates.flatMap((named) => (named.kind === 'tag' ? [named.template] : []))
  const groups = parseGroups(response.fields, 'cache-group-invalidation').map((group) =>
    groupTag(request, group),
  )
  const tags = new Set([...fillTemplates(tagTemplates, params), ...groups, ...[...uris].map(searchTag)])
  const patterns = templates.flatMap((named) => (named.kind === 'path' ? [named.pattern] : []))
  const matchers = patterns.map(pathMatcher)
  if (matchers.length === 0) return { uris, tags, paths: null }
  return { uris, tags, paths: (path) => matchers.some((matches) => matches(path)), patterns }
}

/** The tags of a fetch, and once its answer is there, with the groups that the origin puts it in. */
export function tagsOf(
  templates: readonly string[],
  params: PathParameters,
  answer?: { site: Site; fields: Fields },
): string[] {
  const tags = fillTemplates(templates, params)
  if (answer === undefined) return tags
  const { site, fields } = answer
  tags.push(...parseGroups(fields, 'cache-groups').map((group) => groupTag(site, group)))
  if (parseNoVarySearch(fields) !== null)
    tags.push(searchTag(`${site.scheme}://${site.authority}${site.path}`))
  return tags
}

/** A response that answers several queries of a path is made invalid with any of them. */
function searchTag(uri: string): string {
  return `search:${uri.split('?', 1)[0] ?? ''} `
}

/** Groups are the origin's own (RFC 9875 §2); the blank keeps them apart from configured tags. */
function groupTag({ scheme, authority }: Pick<Site, 'scheme' | 'authority'>, group: string): string {
  return `group:${scheme}://${authority} ${group}`
}

/** A template whose parameter the path does not have names nothing. */
function fillTemplates(templates: readonly string[], params: PathParameters): string[] {
  return templates
    .filter((template) =>
      [...template.matchAll(PARAMETER)].every(([, name = '']) => Object.hasOwn(params, name)),
    )
    .map((template) => template.replace(PARAMETER, (_, name: string) => params[name] ?? ''))
}

/** The target that a URI reference means, normalised; null for one of another origin, or none. */
function sameSiteTarget(
  reference: string | undefined,
  request: RequestHead,
): { path: string; query: string } | null {
  const base = `${request.scheme}://${request.authority}${request.path}${request.query}`
  const url = reference === undefined ? null : URL.parse(reference, base)
  if (url === null || url.origin !== URL.parse(base)?.origin) return null
  const target = parseTarget('GET', url.pathname + url.search)
  return target.kind === 'ok' ? target : null
}
