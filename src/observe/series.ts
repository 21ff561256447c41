// How figures become metrics: each is gathered when it is asked for, so that requests only change plain numbers.
import { Counter, Gauge, type Metric, type Registry } from 'prom-client'
import type { Histogram } from './histogram.ts'
import { latencyBounds } from './histogram.ts'

export type Labels = Readonly<Record<string, string>>
export type Sample = readonly [labels: Labels, value: number]

export interface Series {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

/** A counter whose values are running totals kept elsewhere. */
export function counter(registry: Registry, series: Series, samples: () => Iterable<Sample>): void {
  new Counter({
    ...optionsOf(registry, series),
    collect() {
      this.reset()
      for (const [labels, value] of samples()) this.inc(labels, value)
    },
  })
}

export function gauge(registry: Registry, series: Series, samples: () => Iterable<Sample>): void {
  new Gauge({
    ...optionsOf(registry, series),
    collect() {
      this.reset()
      for (const [labels, value] of samples()) this.set(labels, value)
    },
  })
}

/** Latencies in seconds, as `latencyBounds` spreads them. */
export function histogram(
  registry: Registry,
  { name, help }: Series,
  samples: () => Iterable<readonly [labels: Labels, histogram: Histogram]>,
): void {
  const get = (): Promise<unknown> => {
    const values = Array.from(samples()).flatMap(([labels, spread]) => valuesOf(name, labels, spread))
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' })
  }
  // prom-client's own histogram can only be added to; the registry asks no more of a metric than this.
  registry.registerMetric({ name, get, reset: () => undefined } as unknown as Metric)
}

function valuesOf(name: string, labels: Labels, histogram: Histogram): object[] {
  const { cumulative, sum } = histogram.spread()
  const count = cumulative.at(-1) ?? 0
  return [
    ...cumulative.map((value, index) => {
      const le = latencyBounds[index] ?? '+Inf'
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value }
    }),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

function optionsOf(
  registry: Registry,
  { name, help, labels = [] }: Series,
): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
  return { name, help, labelNames: [...labels], registers: [registry] }
}
