// What a stored response costs in memory, so that a bound in bytes means bytes.
import type { StoredResponse } from '../policy/entry.ts'

// Measured on Node 24 with a million entries: objects, index nodes and the cache's own slots.
const ENTRY_OVERHEAD_BYTES = 600
const STRING_OVERHEAD_BYTES = 24

/** Estimated bytes of one stored response: key, labels, head, body and overhead. Always a positive integer. */
export function footprintBytes(entry: StoredResponse): number {
  let bytes =
    ENTRY_OVERHEAD_BYTES +
    entry.key.length +
    entry.labels.uri.length +
    entry.labels.path.length +
    entry.body.byteLength
  for (const text of entry.fields.raw) bytes += STRING_OVERHEAD_BYTES + text.length
  for (const name of entry.fields.names) bytes += STRING_OVERHEAD_BYTES + name.length
  for (const tag of entry.labels.tags) bytes += STRING_OVERHEAD_BYTES + tag.length
  for (const { name, value } of entry.vary)
    bytes += STRING_OVERHEAD_BYTES + name.length + (value?.length ?? 0)
  return bytes
}
