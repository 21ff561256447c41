// What the five reports say of their endpoints: how slow they were, and what was promised of the repair.
import type { ExampleName } from './reports-servers.ts'

export interface Claim {
  readonly example: ExampleName
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** In the words of the report. */
  readonly before: string
  readonly promised: string
  /** The promise as a bound of the 95th percentile, where it is one. */
  readonly promisedMs: number | null
}

function claim(
  example: ExampleName,
  path: string,
  before: string,
  promised: string,
  promisedMs: number | null,
): Claim {
  return { example, path, before, promised, promisedMs }
}

export const claims: readonly Claim[] = [
  claim('accounts', '/api/accounts', 'very slow at 10 sessions', 'p95 < 200 ms, p99 < 500 ms', 200),
  claim('accounts', '/api/usage', 'refreshed on request', 'no refresh on request', null),
  claim('usage', '/api/usage/history?range=7d', '50,000 rows in memory', 'materially lower p95', null),
  claim('usage', '/api/usage/history?range=30d', '50,000 rows in memory', 'materially lower p95', null),
  claim('usage', '/api/monitoring/status', 'polled by every tab', 'fewer requests', null),
  claim('workplans', '/workstreams/workplan-index', '4171 ms', '5 ms on a hit', 5),
  claim('workplans', '/topics/', '2382 ms', '50–150 ms', 150),
  claim('workplans', '/domains/', '2252 ms', '50–150 ms', 150),
  claim('workplans', '/repos/', '2222 ms', '50–150 ms', 150),
  claim('workplans', '/tasks/?limit=500', '2174 ms', '50 ms', 50),
  claim('workplans', '/tasks/?limit=2000', '850 ms', '50 ms', 50),
  claim('workplans', '/sbom/snapshots/', '2704 ms', '100 ms', 100),
  claim('workplans', '/state/summary', '603 ms', '5 ms on a hit', 5),
  claim('research', '/health', '150 ms', '5 ms', 5),
  claim('research', '/api/cards', '200 ms', '80 ms first, 2 ms cached', 80),
  claim('research', '/query/rag?q=what+is+new', '500 ms', '150 ms', 150),
  claim('research', '/api/authors?q=a1b2', '200–500 ms', '50–100 ms', 100),
  claim('research', '/scrape?platform=video', '200–500 ms', '50–100 ms', 100),
  claim('research', '/api/users?email=user77@example.org', '200–500 ms', '50–100 ms', 100),
  claim('research', '/api/contents/count', '', 'counts 30–50 % faster', null),
  claim('research', '/api/attributions?card=7', '200–500 ms', '50–100 ms', 100),
  { ...claim('research', '/api/tokens', '200–500 ms', '50–100 ms', 100), headers: { 'x-api-key': 'key-7' } },
  claim('tasks', '/api/queue?status=pending&limit=50', '500 ms', '50 ms', 50),
  claim('tasks', '/api/assigner/scan', '2000 ms', '400 ms', 400),
  claim('tasks', '/api/assigner/status', '300 ms', '100 ms', 100),
]
