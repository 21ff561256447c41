// Puts what a fill brought into the store, beside what is there already.
import type { StoredResponse } from '../policy/entry.ts'
import { combineParts } from '../policy/partial.ts'
import { sameVariant } from '../policy/vary.ts'
import { pathKey } from './consult.ts'
import type { FillOrder } from './fill-order.ts'

/**
 * Stores an entry, unless somebody who asked later has stored already; what was stored, null: nothing. A part is
 * joined with the stored one that it fits, and never takes the place of a whole response.
 */
export function keepEntry({ call, cache }: FillOrder, entry: StoredResponse): StoredResponse | null {
  const { store } = call.room
  const before = store.peek(entry.key).find((other) => sameVariant(other, entry))
  if (before !== undefined && before.requestAt > entry.requestAt) return null
  if (before?.part === null && entry.part !== null) return null
  const joined = before === undefined || entry.part === null ? null : combineParts(before, entry)
  const kept = joined ?? entry
  if (!store.put(kept, cache.maxVariants)) return null
  if (kept.fields.has('no-vary-search'))
    call.room.searches.learn(pathKey(call.room, call.head, cache, call.keyed), kept)
  return kept
}
