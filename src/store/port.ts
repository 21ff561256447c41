// The store port: where stored responses live, in one tier or several.
import type { Labels, StoredResponse } from '../policy/entry.ts'
import type { Invalidation } from '../policy/invalidation.ts'

/** The stored responses of one key, newest first; they differ in what Vary nominated. */
export type Variants = readonly StoredResponse[]

export interface Store {
  /** What the nearest tier holds, without waiting and without checking freshness. */
  peek(key: string): Variants
  /** Stores a response in place of the variant with the same Vary values. False: refused by its size. */
  put(entry: StoredResponse, maxVariants: number): boolean
  /** Removes one stored response. */
  delete(entry: StoredResponse): void
  /** Removes (or, softly, marks for validation) all that match; the number of responses it met. */
  invalidate(invalidation: Invalidation, soft: boolean): number
  /** Removes what can no longer be used at `now`, not even stale; the number of responses removed. */
  cleanup(now: number): number
  /** Removes everything; the number of responses removed. */
  clear(): number
  /** All that the nearest tier holds, by key; for the people who operate weir, and not fit for each request. */
  all(): Iterable<Variants>
  stats(now: number): StoreStats
  /** A tier that is shared with other processes; null: there is none. */
  readonly second: SecondTier | null
}

export interface StoreStats {
  readonly entries: number
  /** Entries that are fresh at the time asked. */
  readonly fresh: number
  /** Estimated memory, keys, heads and overhead included. */
  readonly bytes: number
  readonly evictions: number
  /** Responses removed in all, by what removed them. */
  readonly removals: Readonly<Record<Removal, number>>
}

/** space: the least recently used made room; invalidation: a write or a purge; reload: a new configuration does not allow it; the others: an operator. */
export type Removal = 'space' | 'invalidation' | 'cleanup' | 'clear' | 'reload'

/** What the tier holds, and who fetches what it does not hold. */
export type Finding =
  /** Nobody keeps this process from fetching. */
  | { readonly kind: 'alone'; readonly variants: Variants }
  /** This process fetches for all that share the tier, until it stores an entry of that key, or says that it is over. */
  | { readonly kind: 'lead'; readonly variants: Variants; readonly over: () => void }
  /** Another process is fetching it. */
  | { readonly kind: 'follow'; readonly variants: Variants; readonly landed: Wait }

/** told: the other says that it is over; late: it did not in the time that it had, or not within `mostMs`. */
export type Wait = (mostMs: number) => Promise<'told' | 'late'>

/** A tier that has to be waited for, and so is asked within a flight only. */
export interface SecondTier {
  /**
   * What may be used of what is stored under a key, if the fetch of such labels would store there. Never rejects, and
   * settles within the tier's own deadline. @param mayLead false: nothing is to be settled about who fetches.
   */
  ask(key: string, labels: Labels, mayLead: boolean): Promise<Finding>
  /** Keeps in the nearest tier what was found here. */
  bringNear(entry: StoredResponse, maxVariants: number): void
}
