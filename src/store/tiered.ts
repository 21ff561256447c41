// Two tiers as one store: memory, which answers at once, before one that the fleet shares.
import type { Labels, StoredResponse } from '../policy/entry.ts'
import type { Invalidation } from '../policy/invalidation.ts'
import { CutOff } from './cut-off.ts'
import type { Finding, Store } from './port.ts'

/** What the tiers need of the one that is shared; what is written there is not waited for. */
export interface SharedTier {
  ask(key: string, labels: Labels, mayLead: boolean): Promise<Finding>
  put(entry: StoredResponse, maxVariants: number): void
  remove(entry: StoredResponse): void
  /** Tells the others. */
  invalidate(by: Invalidation, soft: boolean): void
  /** Tells the others that nothing holds any more. */
  clear(): void
  /** Since when invalidations of others are not heard of, epoch ms; null: they are. */
  readonly cutOffAt: number | null
}

/** @param cutOffTtlMs how long a response is fresh at the most while invalidations are not heard of */
export function createTieredStore(near: Store, shared: SharedTier, cutOffTtlMs: number): Store {
  const cutOff = new CutOff(cutOffTtlMs)
  return {
    ...near,

    peek(key) {
      const since = shared.cutOffAt
      return since === null ? near.peek(key) : cutOff.shorten(near.peek(key), since)
    },

    put(entry, maxVariants) {
      shared.put(entry, maxVariants)
      return near.put(entry, maxVariants)
    },

    delete(entry) {
      const stored = cutOff.originalOf(entry)
      near.delete(stored)
      shared.remove(stored)
    },

    invalidate(by, soft) {
      shared.invalidate(by, soft)
      return near.invalidate(by, soft)
    },

    clear() {
      shared.clear()
      return near.clear()
    },

    second: {
      ask: (key, labels, mayLead) => shared.ask(key, labels, mayLead),
      bringNear: (entry, maxVariants) => void near.put(entry, maxVariants),
    },
  }
}
