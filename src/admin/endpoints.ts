// What the management listener offers.
import type { Clock } from '../base/clock.ts'
import type { Store } from '../store/port.ts'
import type { Endpoint } from './listener.ts'
import type { PerformanceReport } from './performance.ts'

export interface ManagedParts {
  readonly clock: Clock
  readonly store: Store
  /** Drops every stored response, and what is being fetched is not stored either. */
  readonly clearCache: () => number
  readonly performance: () => Promise<PerformanceReport>
  /** False once weir is stopping. */
  readonly isReady: () => boolean
}

export function managementEndpoints({
  clock,
  store,
  clearCache,
  performance,
  isReady,
}: ManagedParts): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/health/live',
      open: true,
      answer: () => ({ status: 200, body: { status: 'ok' } }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      open: true,
      answer: () =>
        isReady() ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'stopping' } },
    },
    {
      method: 'GET',
      path: '/health/performance',
      answer: async () => ({ status: 200, body: await performance() }),
    },
    {
      method: 'POST',
      path: '/health/cache/clear',
      answer: () => ({ status: 200, body: { removed: clearCache() } }),
    },
    {
      method: 'POST',
      path: '/health/cache/cleanup',
      answer: () => ({ status: 200, body: { removed: store.cleanup(clock.now()) } }),
    },
  ]
}
