// Records of the fleet where they can be had, and those of this process where they cannot.
import type { Replays } from './replays.ts'
import type { RunRecord, RunRecords } from './run-records.ts'

/** Run records that many processes share, and that may be out of reach. */
export interface SharedRunRecords {
  put(record: RunRecord): Promise<void>
  last(job: string): Promise<RunRecord | null | 'unavailable'>
  list(): Promise<readonly RunRecord[] | 'unavailable'>
}

/** What this process answered itself, it knows without asking. */
export function withOwnReplays(shared: Replays, own: Replays): Replays {
  return {
    async get(key) {
      const known = await own.get(key)
      if (known !== null && known !== 'unavailable') return known
      const found = await shared.get(key)
      return found === 'unavailable' ? null : found
    },
    async put(key, replay, ttlMs) {
      await Promise.all([own.put(key, replay, ttlMs), shared.put(key, replay, ttlMs)])
    },
  }
}

export function withOwnRunRecords(shared: SharedRunRecords, own: RunRecords): RunRecords {
  return {
    async put(record) {
      await Promise.all([own.put(record), shared.put(record)])
    },
    async last(job) {
      const found = await shared.last(job)
      return found === 'unavailable' || found === null ? own.last(job) : found
    },
    async list() {
      const found = await shared.list()
      return found === 'unavailable' ? own.list() : found
    },
  }
}
