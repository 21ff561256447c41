// The alerts and the dashboard speak of nothing that is not measured.
import { readFileSync } from 'node:fs'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Figures } from '../../src/observe/figures.ts'
import { registerMetrics } from '../../src/observe/metrics.ts'
import { manualClock } from '../kit/manual-clock.ts'

interface Alerts {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const read = (name: string): string => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')
const alerts = parse(read('prometheus-alerts.yml')) as Alerts
const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard

const expressions: readonly (readonly [name: string, expression: string])[] = [
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]

/** Label names by series; of a histogram, by each of its three series. */
let known: ReadonlyMap<string, ReadonlySet<string>>

beforeAll(async () => {
  const registry = new Registry()
  const clock = manualClock()
  const figures = new Figures(clock)
  figures.keep(['/a'])
  figures.countRun({ route: '/a', state: 'answered', durationMs: 1 } as Parameters<Figures['countRun']>[0])
  registerMetrics(registry, {
    figures,
    store: () => ({
      entries: 0,
      fresh: 0,
      bytes: 0,
      evictions: 0,
      removals: { space: 0, invalidation: 0, cleanup: 0, clear: 0, reload: 0 },
    }),
    maxBytes: () => 1,
    origin: () => ({
      ...{ connected: 0, free: 0, pending: 0, running: 0, retriesRefused: 0, circuit: 'closed' },
      retries: { 'connect-failure': 0, reset: 0, timeout: 0, 429: 0, 502: 0, 503: 0, 504: 0 },
    }),
    flights: () => 0,
    queues: () => [{ route: '/a', active: 0, waiting: 0 }],
    classes: () => [],
    reloads: () => ({ applied: 0, refused: 0 }),
  })
  collectDefaultMetrics({ register: registry })
  const labels = new Map<string, Set<string>>([['up', new Set(['job'])]])
  for (const line of (await registry.metrics()).split('\n')) {
    const [, name, list = ''] = /^([a-zA-Z_]\w*)(?:\{(.*)\})? /.exec(line) ?? []
    if (name === undefined) continue
    const names = labels.get(name) ?? new Set()
    for (const [, label = ''] of list.matchAll(/(\w+)="/g)) names.add(label)
    labels.set(name, names)
  }
  known = labels
})

test.each(expressions)('%s: %s', (_, expression) => {
  const series = [...expression.matchAll(/\b((?:weir|nodejs|process)_\w+|up)\b(?:\{([^}]*)\})?/g)]
  expect(series.length).toBeGreaterThan(0)
  for (const [, name = '', matchers = ''] of series) {
    expect([...known.keys()]).toContain(name)
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*[=!]~?/g))
      expect([...(known.get(name) ?? [])]).toContain(label)
  }
})
