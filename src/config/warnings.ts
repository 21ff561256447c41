// What a valid configuration says that its author may not have meant.
import type { Problem } from './errors.ts'
import type { ConfigFile } from './schema.ts'

const storable = ['GET', 'HEAD', 'QUERY']
const safe = [...storable, 'OPTIONS', 'TRACE']

export function warningsOf({ manage, routes }: ConfigFile): readonly Problem[] {
  const warnings: Problem[] = []
  const warn = (path: Problem['path'], message: string): void =>
    void warnings.push({ path, at: 'key', message })

  if (manage.token === undefined) {
    warn(['manage'], 'no token: every program on this machine may clear the cache')
  }
  for (const [index, route] of routes.entries()) {
    const { methods, cache } = route
    const own = (key: string): Problem['path'] => ['routes', index, key]
    if (
      cache !== undefined &&
      cache !== 'off' &&
      methods?.some((name) => storable.includes(name)) === false
    ) {
      warn(own('cache'), 'has no effect: only answers to GET, HEAD and QUERY are stored')
    }
    for (const key of ['invalidates', 'job', 'serialize', 'idempotency'] as const) {
      if (route[key] !== undefined && methods?.every((name) => safe.includes(name)) === true) {
        warn(own(key), 'has no effect: none of the methods writes')
      }
    }
  }
  return warnings
}
