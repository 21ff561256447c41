// The gate of report 001: the usage API alone, then behind weir, under the same traffic, and what must be better.
import type { CollectorState } from '../examples/usage/collector.ts'
import { type Check, check } from './gate-check.ts'
import { type Exchange, type Purpose, runTraffic } from './gate-traffic.ts'
import { readUse, type Use } from './process-use.ts'
import { latenciesOf } from './reports-load.ts'
import { startExample, startWeirFor, withoutSection } from './reports-servers.ts'

interface Run {
  readonly exchanges: readonly Exchange[]
  readonly collector: CollectorState
  /** Keys whose addition was answered with 200, and that are not there. */
  readonly lostKeys: number
  /** Requests that the management service counted, beyond those that were answered with 201. */
  readonly repeatedRequests: number
}

interface WeirRun extends Run {
  readonly hitRate: number
  readonly classes: string
  readonly use: readonly (Use | null)[]
}

/** @param without a section that is taken out of the configuration: the gate must notice */
export async function gateUsage(seconds: number, without: readonly string[]): Promise<readonly Check[]> {
  const baseline = await runAlone(seconds)
  const behind = await runBehindWeir(seconds, without)
  const p95 = (run: Run, ...purposes: readonly Purpose[]): number => latenciesOf(timesOf(run, purposes)).p95Ms
  const failed = (run: Run, purpose: Purpose): number => {
    const all = run.exchanges.filter((one) => one.purpose === purpose)
    return (100 * all.filter(({ status }) => status >= 500).length) / all.length
  }
  const hits = latenciesOf(behind.exchanges.filter(({ cache }) => cache === 'HIT').map(({ ms }) => ms))
  const newErrors = [...errorsOf(behind)].filter((error) => !errorsOf(baseline).has(error))
  const [start, middle, end] = behind.use

  return [
    check(
      'runs of the collector at once',
      behind.collector.most_at_once,
      'at most',
      1,
      baseline.collector.most_at_once,
    ),
    check('events stored twice', behind.collector.duplicates, 'at most', 0, baseline.collector.duplicates),
    check(
      'runs of the collector: a lease ends',
      behind.collector.runs,
      'at least',
      2,
      baseline.collector.runs,
    ),
    check(
      'p95 of the history, ms',
      p95(behind, 'history'),
      'at most',
      p95(baseline, 'history') / 2,
      p95(baseline, 'history'),
    ),
    check(
      'p95 of polling, ms',
      p95(behind, 'polling'),
      'at most',
      p95(baseline, 'polling'),
      p95(baseline, 'polling'),
    ),
    check('p95 of a hit, ms', hits.p95Ms, 'at most', 5),
    check('hit rate, %', behind.hitRate, 'at least', 70),
    check(
      'management answers that are 5xx, %',
      failed(behind, 'management'),
      'at most',
      failed(baseline, 'management'),
      failed(baseline, 'management'),
    ),
    check('management requests sent twice', behind.repeatedRequests, 'at most', 0, baseline.repeatedRequests),
    check('keys lost from providers', behind.lostKeys, 'at most', 0, baseline.lostKeys),
    check(
      `new classes of errors${newErrors.length === 0 ? '' : `: ${newErrors.join(', ')}`}`,
      newErrors.length,
      'at most',
      0,
    ),
    check(
      `failure classes told apart: ${behind.classes}`,
      behind.classes.split(', ').filter(Boolean).length,
      'at least',
      2,
    ),
    ...(start && middle && end
      ? [
          check('growth of memory in the second half, MiB', end.memoryMib - middle.memoryMib, 'at most', 32),
          check(
            'processor time of the second half, of the first',
            (end.processorMs - middle.processorMs) / Math.max(1, middle.processorMs - start.processorMs),
            'at most',
            1.5,
          ),
        ]
      : []),
  ]
}

async function runAlone(seconds: number): Promise<Run> {
  const api = await startExample('usage', 'repaired')
  try {
    return await observe(api.url, api.url, seconds)
  } finally {
    await api.stop()
  }
}

async function runBehindWeir(seconds: number, without: readonly string[]): Promise<WeirRun> {
  const api = await startExample('usage', 'repaired')
  try {
    const weir = await startWeirFor('usage', api.url, (config) => without.reduce(withoutSection, config))
    try {
      const use = [readUse(weir.pid)]
      const run = await observe(weir.url, api.url, seconds, () => use.push(readUse(weir.pid)))
      use.push(readUse(weir.pid))
      const performance = await json<Performance>(`${weir.manageUrl}/health/performance`)
      return { ...run, hitRate: performance.cache.hit_rate, classes: classNames(performance), use }
    } finally {
      await weir.stop()
    }
  } finally {
    await api.stop()
  }
}

async function observe(base: string, api: string, seconds: number, halfway?: () => void): Promise<Run> {
  const exchanges = await runTraffic(base, seconds, halfway)
  const collector = await json<CollectorState>(`${api}/api/usage/collector`)
  const { providers } = await json<{ providers: readonly { keys: readonly string[] }[] }>(
    `${api}/api/providers`,
  )
  const present = new Set(providers.flatMap(({ keys }) => keys))
  const added = exchanges.filter(({ purpose, status }) => purpose === 'providers' && status === 200)
  const lost = added.filter(({ body }) => !addedKeys(body).some((key) => present.has(key)))
  const counted = exchanges.filter(
    ({ path, status }) => path === '/api/management/requests' && status === 201,
  )
  const highest = Math.max(0, ...counted.map(({ body }) => (body as { requests: number }).requests))
  return {
    exchanges,
    collector,
    lostKeys: lost.length,
    repeatedRequests: highest - counted.length,
  }
}

/** The answer to an addition ends with the key that was added. */
function addedKeys(body: unknown): readonly string[] {
  return (body as { keys: readonly string[] }).keys.slice(-1)
}

interface Performance {
  readonly cache: { readonly hit_rate: number }
  readonly [section: string]: unknown
}

/** The names of classify rules that occur in the figures, wherever they are listed. */
function classNames(performance: Performance): string {
  const text = JSON.stringify(performance)
  return ['model-cooldown', 'unsupported-model'].filter((name) => text.includes(name)).join(', ')
}

function timesOf(run: Run, purposes: readonly Purpose[]): readonly number[] {
  return run.exchanges.filter(({ purpose }) => purposes.includes(purpose)).map(({ ms }) => ms)
}

/** 409 is how a trigger learns that a run is under way: what was asked for, and no error. */
function errorsOf({ exchanges }: Run): ReadonlySet<string> {
  const errors = exchanges.filter(
    ({ purpose, status }) => status >= 400 && !(purpose === 'collect' && status === 409),
  )
  return new Set(errors.map(({ purpose, status }) => `${purpose} ${status}`))
}

async function json<Body>(url: string): Promise<Body> {
  return (await (await fetch(url)).json()) as Body
}
