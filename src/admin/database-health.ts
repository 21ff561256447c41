// What the API behind weir says of its database, in the shape that /health/performance relays.
import { z } from 'zod'
import type { Origin, OriginRequest } from '../origin/port.ts'

export const databaseSchema = z.looseObject({
  status: z.string(),
  latency_ms: z.number().nullish(),
  pool: z
    .looseObject({
      pool_size: z.number(),
      checked_out: z.number(),
      overflow: z.number(),
      total_connections: z.number(),
    })
    .nullish(),
})

export type DatabaseHealth = z.infer<typeof databaseSchema>

const healthSchema = z.looseObject({ database: databaseSchema })

const MAX_BYTES = 64 * 1024
const PATIENCE_MS = 1000

/** Asks the API's health endpoint; an answer that cannot be had or understood is itself a finding, never an error. */
export function askDatabaseHealth(origin: Origin, host: string, target: string): Promise<DatabaseHealth> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = []
    let bytes = 0
    const fetch = origin.fetch(healthRequest(host, target), {
      informed: () => undefined,
      headed: () => undefined,
      data: (piece) => {
        pieces.push(piece)
        bytes += piece.byteLength
        if (bytes <= MAX_BYTES) return
        fetch.abort()
        resolve({ status: 'unknown' })
      },
      ended: () => resolve(readHealth(Buffer.concat(pieces).toString('utf8'))),
      failed: () => resolve({ status: 'unreachable' }),
    })
  })
}

/** The `database` member of a health answer; `unknown` where there is none that can be understood. */
export function readHealth(text: string): DatabaseHealth {
  try {
    return healthSchema.parse(JSON.parse(text)).database
  } catch {
    return { status: 'unknown' }
  }
}

function healthRequest(host: string, target: string): OriginRequest {
  return {
    method: 'GET',
    target,
    fields: ['Host', host, 'Accept', 'application/json', 'Via', '1.1 weir'],
    body: null,
    timeouts: { connectMs: PATIENCE_MS, firstByteMs: PATIENCE_MS, idleMs: PATIENCE_MS, totalMs: PATIENCE_MS },
    retry: { attempts: 0, on: new Set(), perTryMs: null, budget: 0 },
    idempotent: true,
  }
}
