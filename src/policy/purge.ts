// What an operator's purge names: a URI, all that begin so, or a tag.
import type { Invalidation } from './invalidation.ts'

export type Purge =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'tag'; readonly tag: string }

const NONE: ReadonlySet<string> = new Set()

/** The stored responses and fetches under way that are meant. Paths stand for every authority; see UriRange. */
export function purgedBy(purge: Purge): Invalidation {
  const nothing = { uris: NONE, tags: NONE, paths: null }
  switch (purge.kind) {
    case 'url':
      return { ...nothing, range: { kind: 'exact', text: purge.url } }
    case 'prefix':
      return { ...nothing, range: { kind: 'prefix', text: purge.prefix } }
    case 'tag':
      return { ...nothing, tags: new Set([purge.tag]) }
  }
}
