// Invalidations in the smallest pieces that a fleet tells one another: a URI, a tag, a path pattern, a range, or everything.
import type { Labels } from '../../policy/entry.ts'
import { type Invalidation, isWithin, type UriRange } from '../../policy/invalidation.ts'
import { compilePattern } from '../../route/path-pattern.ts'

export type Atom =
  | {
      readonly kind: 'uri' | 'tag' | 'path' | 'prefix' | 'exact'
      readonly text: string
      readonly soft: boolean
    }
  | { readonly kind: 'all' }

const letters = { uri: 'u', tag: 't', path: 'p', prefix: 'b', exact: 'e' } as const
const kinds = new Map(Object.entries(letters).map(([kind, letter]) => [letter, kind as keyof typeof letters]))

export const everything: Atom = { kind: 'all' }

export function atomsOf({ uris, tags, patterns = [], paths, range }: Invalidation, soft: boolean): Atom[] {
  // Paths that are known by a function alone cannot be told.
  if (paths !== null && patterns.length === 0) return [everything]
  const of = (kind: keyof typeof letters, texts: Iterable<string>): Atom[] =>
    [...texts].map((text) => ({ kind, text, soft }))
  const ranges = range === undefined ? [] : of(range.kind, [range.text])
  return [...of('uri', uris), ...of('tag', tags), ...of('path', patterns), ...ranges]
}

export function formatAtom(atom: Atom): string {
  if (atom.kind === 'all') return '*'
  const letter = letters[atom.kind]
  return (atom.soft ? letter.toUpperCase() : letter) + atom.text
}

/** Null for what no version of weir that is known here has written. */
export function parseAtom(text: string): Atom | null {
  if (text === '*') return everything
  const letter = text.charAt(0)
  const kind = kinds.get(letter.toLowerCase() as (typeof letters)[keyof typeof letters])
  return kind === undefined ? null : { kind, text: text.slice(1), soft: letter !== letter.toLowerCase() }
}

/** What these atoms make invalid together; `soft` says which of them are meant. */
export function invalidationOf(atoms: readonly Atom[], soft: boolean): readonly Invalidation[] {
  const none: Invalidation = { uris: new Set(), tags: new Set(), paths: null }
  if (!soft && atoms.some(({ kind }) => kind === 'all')) return [{ ...none, paths: () => true }]
  const meant = atoms.flatMap((atom) => (atom.kind !== 'all' && atom.soft === soft ? [atom] : []))
  const textsOf = (kind: string): string[] =>
    meant.filter((atom) => atom.kind === kind).map(({ text }) => text)
  const matchers = textsOf('path').map((text) => pathMatcher(text))
  const together: Invalidation = {
    uris: new Set(textsOf('uri')),
    tags: new Set(textsOf('tag')),
    paths: matchers.length === 0 ? null : (path) => matchers.some((matches) => matches(path)),
  }
  const isEmpty = together.uris.size === 0 && together.tags.size === 0 && together.paths === null
  const ranges = meant.flatMap((atom) =>
    atom.kind === 'prefix' || atom.kind === 'exact'
      ? [{ ...none, range: rangeOf(atom.kind, atom.text) }]
      : [],
  )
  return isEmpty ? ranges : [together, ...ranges]
}

/** For atoms that name by comparison: whether labels are meant. */
export function matcherOf(kind: 'path' | 'prefix' | 'exact', text: string): (labels: Labels) => boolean {
  if (kind !== 'path') return ({ uri }) => isWithin(uri, rangeOf(kind, text))
  const matches = pathMatcher(text)
  return ({ path }) => matches(path)
}

function rangeOf(kind: UriRange['kind'], text: string): UriRange {
  return { kind, text }
}

/** A pattern that this version cannot read may mean any path. */
function pathMatcher(text: string): (path: string) => boolean {
  try {
    const pattern = compilePattern(text)
    return (path) => pattern.match(path) !== null
  } catch {
    return () => true
  }
}
