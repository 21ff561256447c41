// The compiled routes: which one a request takes.
import type { RoutePolicy } from '../policy/route-policy.ts'
import type { PathPattern } from './path-pattern.ts'
import { parseSimplePath, type PathParams } from './simple-path.ts'

export interface RouteDefinition {
  readonly pattern: PathPattern
  /** The methods that the route takes, HEAD also where GET is listed; null: all. */
  readonly methods: ReadonlySet<string> | null
  readonly policy: RoutePolicy
  /** Where the configuration states the keys of the route, own or inherited: `cache.ttl` as `proxy.yaml:12`, '' for itself. */
  readonly places: ReadonlyMap<string, string>
}

export interface RouteMatch {
  readonly route: RouteDefinition
  readonly params: PathParams
}

export interface Routes {
  /** The first route that takes this method on this normalised path; null: none does. */
  match(method: string, path: string): RouteMatch | null
}

/**
 * Compiles routes for look-up. A path that some pattern spells out has its matches worked out beforehand; any
 * other path walks the patterns with parameters, in order.
 */
export function compileRoutes(definitions: readonly RouteDefinition[]): Routes {
  const spelled = new Map<string, readonly RouteMatch[]>()
  const open: RouteDefinition[] = []
  for (const route of definitions) {
    const path = route.pattern.text
    if (!isSpelledOut(path)) open.push(route)
    else if (!spelled.has(path)) spelled.set(path, matchesOf(path, definitions))
  }
  return {
    match(method, path) {
      const known = spelled.get(path)
      if (known !== undefined) return known.find(({ route }) => takesMethod(route.methods, method)) ?? null
      for (const route of open) {
        const params = takesMethod(route.methods, method) ? route.pattern.match(path) : null
        if (params !== null) return { route, params }
      }
      return null
    },
  }
}

/** Whether a route with these methods takes a request with this one. */
export function takesMethod(methods: ReadonlySet<string> | null, method: string): boolean {
  return methods === null || methods.has(method) || (method === 'HEAD' && methods.has('GET'))
}

function isSpelledOut(pattern: string): boolean {
  return parseSimplePath(pattern)?.every(({ kind }) => kind === 'literal') ?? false
}

function matchesOf(path: string, definitions: readonly RouteDefinition[]): readonly RouteMatch[] {
  return definitions.flatMap((route) => {
    const params = route.pattern.match(path)
    return params === null ? [] : [{ route, params }]
  })
}
