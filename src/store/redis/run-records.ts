// Records of job runs in Redis, the latest of the whole fleet.
import type { SharedRunRecords } from '../fallback-records.ts'
import type { RunRecord } from '../run-records.ts'
import type { RecordOptions } from './replays.ts'
import { lastRun, listRuns, putRun } from './run-scripts.ts'

const MOST_RUNS = 1000
/** For a thousand of them at once. */
const LIST_TIMEOUT_MS = 1000

export function createRedisRunRecords({ link, names, seal }: RecordOptions): SharedRunRecords {
  const { order, records, last } = names.runs
  const jobName = (job: string): string => seal.nameOf(`job ${job}`)
  const open = (value: Buffer | null): RunRecord | null => {
    const plain = value === null ? null : seal.open(value, records)
    // Sealed by a weir of this format: it is what was put.
    return plain === null ? null : (JSON.parse(plain.toString()) as RunRecord)
  }
  return {
    async put(record) {
      const { runId, startedAt, job } = record
      const value = seal.close(Buffer.from(JSON.stringify(record)), records)
      await link.ask((client) =>
        client.run(putRun, order, records, last, runId, startedAt, jobName(job), value, MOST_RUNS),
      )
    },
    async last(job) {
      const reply = await link.ask((client) => client.run(lastRun, last, records, jobName(job)))
      return reply.kind === 'ok' ? open(reply.value as Buffer | null) : 'unavailable'
    },
    async list() {
      const reply = await link.ask((client) => client.run(listRuns, order, records), LIST_TIMEOUT_MS)
      if (reply.kind !== 'ok') return 'unavailable'
      return (reply.value as (Buffer | null)[]).flatMap((value) => open(value) ?? [])
    },
  }
}
