// What an unsafe request, or an operator, makes invalid (RFC 9111 §4.4).
import type { Labels } from './entry.ts'

/** A set of stored responses, named by URI, by tag, by path or by prefix of the URI. */
export interface Invalidation {
  readonly uris: ReadonlySet<string>
  readonly tags: ReadonlySet<string>
  /** True for each path that is meant; null: none by path. */
  readonly paths: ((path: string) => boolean) | null
  /** The patterns that `paths` stands for, for those who have to tell others; without them it means any path there. */
  readonly patterns?: readonly string[]
  /** By the URI or how it begins; without it, none. */
  readonly range?: UriRange
}

/**
 * One URI, or all that begin so. A text that starts with `/` is compared with path and query, whatever the
 * authority; any other with the whole URI.
 */
export interface UriRange {
  readonly kind: 'exact' | 'prefix'
  readonly text: string
}

/** Whether a stored response or a fetch in flight with these labels is meant. */
export function isInvalidated(labels: Labels, by: Invalidation): boolean {
  return (
    by.uris.has(labels.uri) ||
    labels.tags.some((tag) => by.tags.has(tag)) ||
    (by.paths?.(labels.path) ?? false) ||
    (by.range !== undefined && isWithin(labels.uri, by.range))
  )
}

/** Whether the label `uri` lies in the range. */
export function isWithin(uri: string, { kind, text }: UriRange): boolean {
  const compared = text.startsWith('/') ? targetOf(uri) : uri
  return kind === 'exact' ? compared === text : compared.startsWith(text)
}

/** Path and query of a label: what follows scheme and authority. */
function targetOf(uri: string): string {
  const authority = uri.indexOf('://') + 3
  return uri.slice(uri.indexOf('/', authority))
}
