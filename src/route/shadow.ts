// Routes that no request can reach, because an earlier one takes whatever they would.
import { parseSimplePath, type Segment } from './simple-path.ts'
import { takesMethod, type RouteDefinition } from './routes.ts'

/** What decides which requests a route takes. */
export type Reach = Pick<RouteDefinition, 'pattern' | 'methods'>

export interface Shadowed {
  readonly index: number
  /** The index of the first earlier route that takes all of its requests. */
  readonly by: number
}

/** The routes that are certainly never reached; patterns beyond the simple forms are only compared as text. */
export function shadowedBy(routes: readonly Reach[]): readonly Shadowed[] {
  return routes.flatMap((route, index) => {
    const by = routes.slice(0, index).findIndex((earlier) => covers(earlier, route))
    return by < 0 ? [] : [{ index, by }]
  })
}

function covers(earlier: Reach, later: Reach): boolean {
  return coversMethods(earlier.methods, later.methods) && coversPath(earlier.pattern.text, later.pattern.text)
}

function coversMethods(earlier: Reach['methods'], later: Reach['methods']): boolean {
  return earlier === null || (later !== null && [...later].every((method) => takesMethod(earlier, method)))
}

function coversPath(earlier: string, later: string): boolean {
  if (earlier === later) return true
  const outer = parseSimplePath(earlier)
  const inner = parseSimplePath(later)
  return outer !== null && inner !== null && coversSegments(outer, inner)
}

function coversSegments(outer: readonly Segment[], inner: readonly Segment[]): boolean {
  for (const [index, segment] of outer.entries()) {
    const other = inner[index]
    if (other === undefined) return false
    if (segment.kind === 'rest') return true
    if (!coversSegment(segment, other)) return false
  }
  return inner.length === outer.length
}

function coversSegment(outer: Exclude<Segment, { kind: 'rest' }>, inner: Segment): boolean {
  if (outer.kind === 'name') return inner.kind === 'name' || (inner.kind === 'literal' && inner.text !== '')
  return inner.kind === 'literal' && inner.text === outer.text
}
