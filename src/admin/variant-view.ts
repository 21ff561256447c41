// A stored response as `explain` shows it.
import type { RequestHead } from '../http/message.ts'
import { currentAgeMs } from '../policy/age.ts'
import type { StoredResponse } from '../policy/entry.ts'
import { matchesVary } from '../policy/vary.ts'
import type { RouteDefinition } from '../route/routes.ts'
import { freshnessSaid } from './ground.ts'

/** Times in whole seconds. */
export interface VariantView {
  /** The one that answers the request. */
  readonly selected: boolean
  readonly status: number
  readonly age: number
  readonly lifetime: number
  /** What gave it that lifetime: a directive with its section, or a key of the configuration with its line. */
  readonly from: string
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly etag: string | null
  readonly tags: readonly string[]
  /** The fields that Vary names, with the values that this variant answers. */
  readonly vary: Readonly<Record<string, string | null>>
  /** Whether the request has these values. */
  readonly matches: boolean
  readonly bytes: number
}

export interface VariantContext {
  readonly head: RequestHead
  readonly selected: StoredResponse | undefined
  readonly route: RouteDefinition | null
  readonly now: number
}

export function variantView(
  entry: StoredResponse,
  { head, selected, route, now }: VariantContext,
): VariantView {
  const { lifetimeMs, source, staleWhileRevalidateMs, staleIfErrorMs } = entry.freshness
  return {
    selected: entry === selected,
    status: entry.status,
    age: Math.floor(currentAgeMs(entry, now) / 1000),
    lifetime: Math.floor(lifetimeMs / 1000),
    from: freshnessSaid(source, route),
    staleWhileRevalidate: Math.floor(staleWhileRevalidateMs / 1000),
    staleIfError: Math.floor(staleIfErrorMs / 1000),
    etag: entry.etag,
    tags: entry.labels.tags,
    vary: Object.fromEntries(entry.vary.map(({ name, value }) => [name, value])),
    matches: matchesVary(entry.vary, head.fields),
    bytes: entry.body.byteLength,
  }
}
