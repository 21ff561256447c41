// The gate's traffic for the usage API: everything that the report's day 7 has going on at the same time, for a while.
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** What an exchange was for; errors and times are judged for each. */
export type Purpose = 'history' | 'polling' | 'collect' | 'management' | 'providers' | 'generate'

export interface Exchange {
  readonly purpose: Purpose
  readonly method: string
  readonly path: string
  readonly status: number
  readonly ms: number
  /** X-Cache; undefined where nobody stands in front. */
  readonly cache: string | undefined
  /** Parsed JSON, of what is not history or polling. */
  readonly body: unknown
}

interface Step {
  readonly purpose: Purpose
  readonly method?: string
  readonly path: string
  readonly content?: unknown
}

/** Some clients that do the same: each asks, waits, and asks again. */
interface Role {
  readonly clients: number
  readonly pauseMs: number
  readonly step: (client: number, turn: number) => Step
}

const ranges = ['24h', '7d', '30d', '7d&model=large', '30d&model=small']
const providers = ['anthill', 'beehive']

const roles: readonly Role[] = [
  {
    clients: 4,
    pauseMs: 40,
    step: (client, turn) => ({
      purpose: 'history',
      path: `/api/usage/history?range=${ranges[(client + turn) % ranges.length]!}`,
    }),
  },
  { clients: 4, pauseMs: 100, step: () => ({ purpose: 'polling', path: '/api/monitoring/status' }) },
  {
    clients: 3,
    pauseMs: 100,
    step: (client) => ({ purpose: 'polling', path: `/api/oauth/status?state=person-${client}` }),
  },
  // Two at a time, as two dashboards press the button.
  {
    clients: 2,
    pauseMs: 700,
    step: () => ({ purpose: 'collect', method: 'POST', path: '/api/usage/collect' }),
  },
  {
    clients: 1,
    pauseMs: 150,
    step: () => ({ purpose: 'management', path: '/api/management/config' }),
  },
  {
    clients: 1,
    pauseMs: 200,
    step: (_client, turn) => ({
      purpose: 'management',
      method: 'PUT',
      path: `/api/management/auth-files/file-${turn}`,
      content: { content: 'x'.repeat(1_000) },
    }),
  },
  {
    clients: 1,
    pauseMs: 200,
    step: () => ({ purpose: 'management', method: 'POST', path: '/api/management/requests' }),
  },
  {
    clients: 4,
    pauseMs: 300,
    step: (client, turn) => ({
      purpose: 'providers',
      method: 'PATCH',
      path: `/api/providers/${providers[client % providers.length]!}`,
      content: { add: `key-${client}-${turn}` },
    }),
  },
  {
    clients: 1,
    pauseMs: 300,
    step: (_client, turn) => ({
      purpose: 'generate',
      method: 'POST',
      path: '/api/generate',
      content: { model: ['small', 'vision', 'giant'][turn % 3]!, prompt: 'hello' },
    }),
  },
]

/** Sends it all to `base` for so many seconds. @param halfway is called once, in the middle */
export async function runTraffic(
  base: string,
  seconds: number,
  halfway = (): void => undefined,
): Promise<readonly Exchange[]> {
  const agent = new Agent({ connections: 64 })
  const exchanges: Exchange[] = []
  const endAt = performance.now() + seconds * 1_000
  const client = async ({ step, pauseMs }: Role, index: number): Promise<void> => {
    for (let turn = 0; performance.now() < endAt; turn += 1) {
      exchanges.push(await exchange(agent, base, step(index, turn)))
      await delay(pauseMs)
    }
  }
  const middle = delay(seconds * 500).then(halfway)
  const clients = roles.flatMap((role) =>
    Array.from({ length: role.clients }, (_, index) => client(role, index)),
  )
  await Promise.all([middle, ...clients])
  await agent.close()
  return exchanges
}

async function exchange(
  agent: Agent,
  base: string,
  { purpose, method = 'GET', path, content }: Step,
): Promise<Exchange> {
  const startedAt = performance.now()
  const { statusCode, headers, body } = await request(base + path, {
    dispatcher: agent,
    method,
    ...(content !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    }),
  })
  const text = await body.text()
  const ms = performance.now() - startedAt
  const keep = purpose !== 'history' && purpose !== 'polling' && text !== ''
  const cache = headers['x-cache']
  return {
    purpose,
    method,
    path,
    status: statusCode,
    ms,
    cache: typeof cache === 'string' ? cache : undefined,
    body: keep ? (JSON.parse(text) as unknown) : undefined,
  }
}
