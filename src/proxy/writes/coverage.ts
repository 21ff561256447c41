// Which paths have writes that are checked against their current representation.
import type { RouteDefinition, Routes } from '../../route/routes.ts'

const UNSAFE = ['PUT', 'PATCH', 'DELETE', 'POST']

/** Whether some method on a path takes a route with `lostUpdates`, by the routes' own order. */
export function coverageOf(
  definitions: readonly RouteDefinition[],
  routes: Routes,
): (path: string) => boolean {
  const checking = definitions.filter(({ policy }) => checks(policy))
  if (checking.length === 0) return () => false
  const named = checking.flatMap(({ methods }) => [...(methods ?? UNSAFE)])
  const methods = [...new Set(named)]
  return (path) =>
    methods.some((method) => {
      const policy = routes.match(method, path)?.route.policy
      return policy !== undefined && checks(policy)
    })
}

function checks({ serialize }: RouteDefinition['policy']): boolean {
  return serialize !== null && serialize.lostUpdates !== null
}
