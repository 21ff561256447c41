// The collector as the report found it: it brings new usage events into the database, and nothing keeps two runs apart.
import type { Postgres } from '../shared/postgres.ts'
import type { Remote } from './remote.ts'
import { models } from './seed.ts'

export interface CollectorRun {
  readonly processed: number
  readonly stored: number
  readonly skipped: number
  readonly durationMs: number
}

export interface CollectorState {
  readonly runs: number
  readonly running: number
  /** The most runs that were under way at a time: more than one is the report's problem. */
  readonly most_at_once: number
  /** Events that were stored more than once: what comes of it. */
  readonly duplicates: number
}

export interface Collector {
  run(): Promise<CollectorRun>
  state(): Promise<CollectorState>
}

const eventsPerRun = 50

/** @param firstEvent the last event that was there from the beginning */
export function createCollector(database: Postgres, remote: Remote, firstEvent: number): Collector {
  let runs = 0
  let running = 0
  let mostAtOnce = 0

  const collect = async (): Promise<CollectorRun> => {
    const startedAt = performance.now()
    const [cursor] = await database.rows<{ event_id: number }>('SELECT event_id FROM collector_cursor')
    await remote.provider()
    const start = cursor?.event_id ?? 0
    const events = Array.from({ length: eventsPerRun }, (_, index) => start + 1 + index)
    const known = await database.rows('SELECT event_id FROM usage_records WHERE event_id = ANY($1)', [events])
    await remote.provider()
    if (known.length === 0) {
      await database.rows(
        `INSERT INTO usage_records (event_id, recorded_at, model, input_tokens, output_tokens, latency_ms)
         SELECT event, now(), (ARRAY['${models.join("', '")}'])[1 + event % ${models.length}], 100, 10, 900
         FROM unnest($1::int[]) AS events (event)`,
        [events],
      )
      await database.rows('UPDATE collector_cursor SET event_id = $1', [start + eventsPerRun])
    }
    const stored = known.length === 0 ? events.length : 0
    const durationMs = Math.round(performance.now() - startedAt)
    return { processed: events.length, stored, skipped: events.length - stored, durationMs }
  }

  return {
    run: async () => {
      runs += 1
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      try {
        return await collect()
      } finally {
        running -= 1
      }
    },
    state: async () => {
      const [row] = await database.rows<{ duplicates: number }>(
        'SELECT (count(*) - count(DISTINCT event_id))::int AS duplicates FROM usage_records WHERE event_id > $1',
        [firstEvent],
      )
      return { runs, running, most_at_once: mostAtOnce, duplicates: row?.duplicates ?? 0 }
    },
  }
}
