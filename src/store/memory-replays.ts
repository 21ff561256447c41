// Answers to idempotent writes within this process, bounded in bytes and in time.
import type { Clock } from '../base/clock.ts'
import type { Replay, Replays } from './replays.ts'

interface Kept {
  readonly replay: Replay
  readonly endsAt: number
  readonly bytes: number
}

const OVERHEAD_BYTES = 400

export function createMemoryReplays(clock: Clock, maxBytes: number): Replays {
  /** The oldest first: they are forgotten where there is no room. */
  const kept = new Map<string, Kept>()
  let bytes = 0

  function forget(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }

  function makeRoom(): void {
    for (const [key, { endsAt }] of kept) {
      if (bytes <= maxBytes && clock.now() < endsAt) return
      forget(key)
    }
  }

  return {
    get(key) {
      const found = kept.get(key)
      return Promise.resolve(found !== undefined && clock.now() < found.endsAt ? found.replay : null)
    },
    put(key, replay, ttlMs) {
      forget(key)
      const size = sizeOf(key, replay)
      kept.set(key, { replay, endsAt: clock.now() + ttlMs, bytes: size })
      bytes += size
      makeRoom()
      return Promise.resolve()
    },
  }
}

function sizeOf(key: string, { fingerprint, answer }: Replay): number {
  const bytes = OVERHEAD_BYTES + key.length + fingerprint.length
  if (answer.kind !== 'whole') return bytes
  return bytes + answer.body.byteLength + answer.fields.reduce((sum, text) => sum + 24 + text.length, 0)
}
