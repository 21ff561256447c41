// A closed loop of clients that ask for one thing again and again, and how long each answer took.
import { Agent, request } from 'undici'

export interface Latencies {
  readonly answers: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

export interface Ask {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks on `clients` connections, until so much time is up and each has asked once; fails where an answer is not a 200. */
export async function measureLoop(ask: Ask, clients: number, seconds: number): Promise<readonly number[]> {
  const agent = new Agent({ connections: clients, headersTimeout: 0, bodyTimeout: 0 })
  const endAt = performance.now() + seconds * 1_000
  const took: number[] = []
  const client = async (): Promise<void> => {
    do took.push(await timedAsk(agent, ask))
    while (performance.now() < endAt)
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
  } finally {
    await agent.close()
  }
  return took
}

async function timedAsk(agent: Agent, { url, headers = {} }: Ask): Promise<number> {
  const startedAt = performance.now()
  const { statusCode, body } = await request(url, { dispatcher: agent, headers })
  await body.dump({ limit: Infinity })
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: its figures would mean nothing`)
  return performance.now() - startedAt
}

export function latenciesOf(took: readonly number[]): Latencies {
  const sorted = took.toSorted((a, b) => a - b)
  return {
    answers: sorted.length,
    p50Ms: percentile(sorted, 50),
    p95Ms: percentile(sorted, 95),
    p99Ms: percentile(sorted, 99),
  }
}

/** The smallest of the sorted numbers that so many per cent do not exceed; 0 where there are none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}
