// The nearest tier: stored responses in this process, least recently used out first, bounded in bytes.
import { LRUCache } from 'lru-cache'
import { currentAgeMs } from '../policy/age.ts'
import type { Freshness, StoredResponse } from '../policy/entry.ts'
import { isInvalidated, type Invalidation } from '../policy/invalidation.ts'
import { sameVariant } from '../policy/vary.ts'
import { footprintBytes } from './footprint.ts'
import { KeyIndex } from './key-index.ts'
import type { Removal, Store, StoreStats, Variants } from './port.ts'

export interface MemoryOptions {
  /** Bound of all entries together, keys and overhead included. */
  readonly maxBytes: number
  /** Bound of one response with its head. */
  readonly maxEntryBytes: number
}

const none: Variants = []

export interface MemoryStore extends Store {
  /** Other bounds from now on; the least recently used make room where they are tighter. */
  resize(options: MemoryOptions): void
  /** Keeps of each response what `survivor` gives for it; the number of responses that are gone. */
  revise(survivor: (entry: StoredResponse) => StoredResponse | null): number
}

export function createMemoryStore(options: MemoryOptions): MemoryStore {
  let { maxBytes, maxEntryBytes } = options
  const byUri = new KeyIndex()
  const byTag = new KeyIndex()
  const removals: Record<Removal, number> = { space: 0, invalidation: 0, cleanup: 0, clear: 0, reload: 0 }
  let entries = 0

  let held = createHeld()

  function createHeld(): LRUCache<string, Variants> {
    return new LRUCache<string, Variants>({
      maxSize: maxBytes,
      dispose: (variants, key, reason) => {
        if (reason === 'evict') removals.space += variants.length
        forget(key, variants)
      },
    })
  }

  function forget(key: string, variants: Variants): void {
    entries -= variants.length
    for (const { labels } of variants) {
      byUri.remove(labels.uri, key)
      for (const tag of labels.tags) byTag.remove(tag, key)
    }
  }

  function replace(key: string, variants: Variants): void {
    if (variants.length === 0) {
      held.delete(key)
      return
    }
    held.set(key, variants, { size: bytesOf(variants) })
    if (!held.has(key)) return
    entries += variants.length
    for (const { labels } of variants) {
      byUri.add(labels.uri, key)
      for (const tag of labels.tags) byTag.add(tag, key)
    }
  }

  /** Keeps of each variant what `survivor` gives for it; the number of variants that it changed. */
  function sweep(keys: Iterable<string>, survivor: (entry: StoredResponse) => StoredResponse | null): number {
    let met = 0
    for (const key of keys) {
      const before = held.peek(key) ?? none
      const after = before.flatMap((entry) => survivor(entry) ?? [])
      const changed = before.filter((entry) => !after.includes(entry)).length
      if (changed > 0) replace(key, after)
      met += changed
    }
    return met
  }

  function candidates(by: Invalidation): Iterable<string> {
    if (by.paths !== null || by.range !== undefined) return [...held.keys()]
    const keys = new Set<string>()
    for (const uri of by.uris) for (const key of byUri.keysOf(uri)) keys.add(key)
    for (const tag of by.tags) for (const key of byTag.keysOf(tag)) keys.add(key)
    return keys
  }

  return {
    second: null,

    peek: (key) => held.get(key) ?? none,

    put(entry, maxVariants) {
      const others = (held.peek(entry.key) ?? none).filter((other) => !sameVariant(other, entry))
      const fits = footprintBytes(entry) <= Math.min(maxEntryBytes, maxBytes)
      let variants = fits ? [entry, ...others].slice(0, maxVariants) : others
      while (bytesOf(variants) > maxBytes) variants = variants.slice(0, -1)
      replace(entry.key, variants)
      return fits
    },

    delete(entry) {
      sweep([entry.key], (other) => (other === entry ? null : other))
    },

    invalidate(by, soft) {
      const met = sweep(candidates(by), (entry) => {
        if (!isInvalidated(entry.labels, by)) return entry
        return soft ? softened(entry) : null
      })
      if (!soft) removals.invalidation += met
      return met
    },

    cleanup(now) {
      const removed = sweep([...held.keys()], (entry) => (isSpent(entry, now) ? null : entry))
      removals.cleanup += removed
      return removed
    },

    clear() {
      const removed = entries
      held.clear()
      removals.clear += removed
      return removed
    },

    resize(next) {
      maxBytes = next.maxBytes
      maxEntryBytes = next.maxEntryBytes
      const before = held
      held = createHeld()
      // The least recently used first, so that the order stays, and they make room for the others.
      for (const key of before.rkeys()) {
        const variants = before.peek(key) ?? none
        held.set(key, variants, { size: bytesOf(variants) })
        if (held.has(key)) continue
        removals.space += variants.length
        forget(key, variants)
      }
      removals.reload += sweep([...held.keys()], (entry) =>
        footprintBytes(entry) > maxEntryBytes ? null : entry,
      )
    },

    revise(survivor) {
      const before = entries
      sweep([...held.keys()], survivor)
      const removed = before - entries
      removals.reload += removed
      return removed
    },

    all: () => held.values(),

    stats: (now): StoreStats => {
      let fresh = 0
      for (const variants of held.values()) for (const entry of variants) if (isFresh(entry, now)) fresh++
      return {
        entries,
        fresh,
        bytes: held.calculatedSize,
        evictions: removals.space,
        removals: { ...removals },
      }
    },
  }
}

/** A soft invalidation: nothing may be served from it before the origin has confirmed it. */
function softened(entry: StoredResponse): StoredResponse {
  const freshness: Freshness = {
    ...entry.freshness,
    lifetimeMs: 0,
    source: 'purged',
    staleWhileRevalidateMs: 0,
    mayBeStale: false,
    validateAlways: true,
  }
  return { ...entry, freshness }
}

function bytesOf(variants: Variants): number {
  return variants.reduce((bytes, entry) => bytes + footprintBytes(entry), 0)
}

function isFresh(entry: StoredResponse, now: number): boolean {
  return !entry.freshness.validateAlways && currentAgeMs(entry, now) < entry.freshness.lifetimeMs
}

function isSpent(entry: StoredResponse, now: number): boolean {
  const { lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs } = entry.freshness
  return currentAgeMs(entry, now) >= lifetimeMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs)
}
