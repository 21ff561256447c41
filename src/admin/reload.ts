// Reloading the configuration: checked first, applied as a whole, and said what changed.
import { formatErrors } from '../config/errors.ts'
import type { Loaded } from '../config/load.ts'
import type { WeirConfig } from '../config/model.ts'
import { configView, differences } from './config-view.ts'

export type ReloadOutcome =
  | {
      readonly kind: 'applied'
      /** Such as `routes[2].policy.cache.ttlMs: 30000 → 60000`. */
      readonly changed: readonly string[]
      /** What is different in the file and takes effect with the next start only. */
      readonly needsRestart: readonly string[]
    }
  /** The file is wrong, and nothing changed. */
  | { readonly kind: 'refused'; readonly errors: string }
  /** weir was started without a file. */
  | { readonly kind: 'no-file' }

export interface ReloadOptions {
  /** Reads the configuration again; null: there is no file. */
  readonly read: (() => Promise<Loaded>) | null
  readonly current: () => WeirConfig
  readonly apply: (config: WeirConfig) => void
}

export interface Reloader {
  /** One at a time: what was read last is what holds in the end. */
  reload(): Promise<ReloadOutcome>
  readonly counts: { readonly applied: number; readonly refused: number }
}

/** Which Redis is shared, and with which secret, is settled at the start. */
function cacheAfter({ cache: { redis, secret } }: WeirConfig, { cache }: WeirConfig): WeirConfig['cache'] {
  return { ...cache, redis, secret: redis === null ? cache.secret : secret }
}

export function createReloader({ read, current, apply }: ReloadOptions): Reloader {
  const counts = { applied: 0, refused: 0 }
  let last: Promise<unknown> = Promise.resolve()

  async function reloadNow(): Promise<ReloadOutcome> {
    if (read === null) return { kind: 'no-file' }
    const loaded = await read()
    if (loaded.kind === 'invalid') {
      counts.refused++
      return { kind: 'refused', errors: formatErrors(loaded.errors) }
    }
    const before = current()
    // Sockets and their rules are made at the start; whoever waits behind them must not be dropped.
    const { listen, manage } = before
    const wanted = { ...loaded.config, listen, manage, cache: cacheAfter(before, loaded.config) }
    const outcome: ReloadOutcome = {
      kind: 'applied',
      changed: differences(configView(before), configView(wanted)),
      needsRestart: differences(configView(wanted), configView(loaded.config)),
    }
    apply(wanted)
    counts.applied++
    return outcome
  }

  return {
    reload() {
      const next = last.then(reloadNow)
      last = next.catch(() => undefined)
      return next
    },
    counts,
  }
}
