// What an example's own health endpoint says, which weir relays: is the database there, how fast, how busy its connections.
import { type Endpoint, endpoint } from './endpoint.ts'

export interface PoolState {
  readonly pool_size: number
  readonly checked_out: number
  readonly overflow: number
  readonly total_connections: number
}

export type HealthFacts = Readonly<Record<string, unknown>>

/**
 * `GET /health`. @param ask asks the database something small, and fails when it does not answer; what it gives becomes
 * part of the answer
 */
export function healthEndpoint(
  pool: () => PoolState,
  ask: () => HealthFacts | Promise<HealthFacts>,
): Endpoint {
  return endpoint('GET', '/health', async () => {
    const startedAt = performance.now()
    try {
      const facts = await ask()
      const latency_ms = Math.round((performance.now() - startedAt) * 1000) / 1000
      return {
        status: 200,
        body: { status: 'ok', database: { status: 'healthy', latency_ms, pool: pool(), ...facts } },
      }
    } catch {
      const database = { status: 'unhealthy', latency_ms: null, pool: pool() }
      return { status: 503, body: { status: 'degraded', database } }
    }
  })
}
