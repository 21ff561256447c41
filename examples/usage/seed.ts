// Fills the database of the usage API: nearly the 50,000 records that the report's history read into memory.
import type { Queries } from '../shared/postgres.ts'

export interface SeedSizes {
  readonly records: number
}

export const reportedSizes: SeedSizes = { records: 48_000 }

export const models = ['large', 'medium', 'small', 'vision'] as const
export const providerIds = ['anthill', 'beehive', 'colony'] as const

/** Thirty days of records, evenly spread, on one connection. */
export async function seedUsage(connection: Queries, { records }: SeedSizes): Promise<void> {
  await connection.rows('SELECT setseed(0.1)')
  await connection.rows(`
    INSERT INTO usage_records (id, event_id, recorded_at, model, failure, input_tokens, output_tokens, latency_ms)
    SELECT i, i, now() - (${records} - i) * interval '30 days' / ${records}, model, failure,
      CASE WHEN failure IS NULL THEN (random() * 60000)::int ELSE 0 END,
      CASE WHEN failure IS NULL THEN (random() * 4000)::int ELSE 0 END,
      (200 + random() * 9000)::int
    FROM (
      SELECT i, (ARRAY['${models.join("', '")}'])[1 + floor(random() * ${models.length})::int] AS model,
        CASE WHEN random() < 0.02 THEN 'model_cooldown' WHEN random() < 0.01 THEN 'unsupported_model' END AS failure
      FROM generate_series(1, ${records}) AS series (i)
    ) AS drawn`)
  await connection.rows(`SELECT setval(pg_get_serial_sequence('usage_records', 'id'), ${records})`)
  await connection.rows('INSERT INTO collector_cursor VALUES ($1)', [records])
  for (const id of providerIds)
    await connection.rows('INSERT INTO providers VALUES ($1, $2, $3)', [id, `The ${id}`, [`${id}-key-0`]])
}
