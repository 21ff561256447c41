// The room in which weir's exchange takes place, for the policy of an episode.
import type { Clock } from '../../src/base/clock.ts'
import type { Origin } from '../../src/origin/port.ts'
import type { CachePolicy, InvalidationTemplate, QueryRule } from '../../src/policy/route-policy.ts'
import type { Room } from '../../src/proxy/call.ts'
import { AdmissionDesk } from '../../src/proxy/admission-desk.ts'
import { Fences } from '../../src/proxy/fences.ts'
import { Flights } from '../../src/proxy/flights.ts'
import { HitForMiss } from '../../src/proxy/hit-for-miss.ts'
import { compileRoutes } from '../../src/route/routes.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { createRoom } from '../kit/room.ts'
import type { PolicyChoice } from './choices.ts'

// A configuration takes longer to load than an episode to walk, and all that differs is one policy.
const loaded = createRoom({
  clock: manualClock(),
  origin: { fetch: () => unasked() },
  routes: [{ path: '/:id', cache: {} }],
  sections: { cache: { maxEntry: 8000 } },
})

/** A room with nothing stored, and nothing remembered. */
export function roomOf(choice: PolicyChoice, clock: Clock, origin: Pick<Origin, 'fetch'>): Room {
  const definitions = loaded.definitions.map((definition) => {
    const own = { cache: cachePolicy(choice), invalidates: invalidates[choice.invalidates] }
    return { ...definition, policy: { ...definition.policy, ...own } }
  })
  return {
    ...loaded,
    clock,
    origin: origin as Origin,
    store: createMemoryStore({ maxBytes: 2 ** 28, maxEntryBytes: loaded.maxEntryBytes }),
    observe: () => undefined,
    routes: compileRoutes(definitions),
    admission: new AdmissionDesk(clock),
    flights: new Flights(),
    fences: new Fences(),
    hitForMiss: new HitForMiss(clock),
  }
}

function unasked(): never {
  throw new Error('every episode has an origin of its own')
}

const invalidates: Record<PolicyChoice['invalidates'], readonly InvalidationTemplate[]> = {
  nothing: [],
  'tag-of-all': [{ kind: 'tag', template: 'all' }],
  'tag-of-path': [{ kind: 'tag', template: 'item-:id' }],
  'path-b': [{ kind: 'path', pattern: '/b' }],
}

const queryRules: Record<PolicyChoice['query'], QueryRule> = {
  all: { kind: 'all' },
  none: { kind: 'none' },
  'ignore-utm': { kind: 'ignore', names: ['utm_*'] },
  'only-x': { kind: 'only', names: ['x'] },
}

function cachePolicy(choice: PolicyChoice): CachePolicy {
  return {
    ttlMs: choice.ttlMs,
    override: choice.override,
    heuristic: choice.heuristic,
    staleWhileRevalidateMs: choice.staleWhileRevalidateMs,
    staleIfErrorMs: choice.staleIfErrorMs,
    staleDespiteSMaxage: choice.staleDespiteSMaxage,
    scope: choice.scope,
    credentials: {
      headers: ['authorization', 'x-api-key'],
      cookies: choice.cookies === 'all' ? 'all' : ['session'],
    },
    key: { query: queryRules[choice.query], sortQuery: choice.sortQuery, headers: choice.keyedFields },
    refreshParam: choice.refresh ? 'refresh' : null,
    statuses: new Map(choice.statuses),
    tags: ['all', 'item-:id'],
    maxVariants: choice.maxVariants,
  }
}
