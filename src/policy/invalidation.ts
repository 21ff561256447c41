// What an unsafe request, or an operator, makes invalid (RFC 9111 §4.4).
import type { Labels } from './entry.ts'

/** A set of stored responses, named by URI, by tag, by path or by prefix of the URI. */
export interface Invalidation {
  readonly uris: ReadonlySet<string>
  readonly tags: ReadonlySet<string>
  /** True for each path that is meant; null: none by path. */
  readonly paths: ((path: string) => boolean) | null
}

/** Whether a stored response or a fetch in flight with these labels is meant. */
export function isInvalidated(labels: Labels, by: Invalidation): boolean {
  return (
    by.uris.has(labels.uri) || labels.tags.some((tag) => by.tags.has(tag)) || (by.paths?.(labels.path) ?? false)
  )
}
