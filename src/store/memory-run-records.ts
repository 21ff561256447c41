// Records of job runs within this process, the latest of them.
import type { RunRecord, RunRecords } from './run-records.ts'

export function createMemoryRunRecords(most = 1000): RunRecords {
  /** By run, in the order of their beginning. */
  const runs = new Map<string, RunRecord>()
  const lastRuns = new Map<string, string>()

  function forgetOldest(): void {
    const [oldest] = runs.values()
    if (oldest === undefined) return
    runs.delete(oldest.runId)
    if (lastRuns.get(oldest.job) === oldest.runId) lastRuns.delete(oldest.job)
  }

  return {
    put(record) {
      if (!runs.has(record.runId)) lastRuns.set(record.job, record.runId)
      runs.set(record.runId, record)
      if (runs.size > most) forgetOldest()
      return Promise.resolve()
    },
    last: (job) => Promise.resolve(runs.get(lastRuns.get(job) ?? '') ?? null),
    list: () => Promise.resolve([...runs.values()].reverse()),
  }
}
