// The schema of a route, and of the sections that routes inherit.
import { z } from 'zod'
import { method, pathPattern } from './names.ts'
import { classify } from './schema-route-classify.ts'
import { routeCache } from './schema-route-cache.ts'
import { idempotency, invalidates, job, serialize } from './schema-route-writes.ts'
import { orOff, word } from './term.ts'
import { choice, count, deadline, number, share, size } from './vocabulary.ts'

const limits = z
  .strictObject({
    body: word(orOff(size(0)))
      .describe('The largest request body; beyond it, 413.')
      .exactOptional()
      .meta({ standard: 'off' }),
    url: word(size(1))
      .describe('The longest request target; beyond it, 414.')
      .exactOptional()
      .meta({ standard: '8KiB' }),
    query: z
      .record(
        z.string(),
        z.strictObject({ max: word(number).describe('The greatest value; beyond it, 400.') }),
      )
      .describe('Bounds of numeric query parameters, such as limit: { max: 500 }.')
      .exactOptional()
      .meta({ standard: {} }),
    concurrency: word(orOff(count(1, 1_000_000)))
      .describe('The most requests of this route at the origin at a time.')
      .exactOptional()
      .meta({ standard: 'off' }),
    queue: word(count(0, 1_000_000))
      .describe('The most requests that wait for a place; beyond it, 503.')
      .exactOptional()
      .meta({ standard: 128 }),
  })
  .meta({ id: 'limits', description: 'Budgets of a request.' })

export const timeouts = z
  .strictObject({
    connect: word(deadline).describe('Connecting to the origin.').exactOptional().meta({ standard: '1s' }),
    firstByte: word(deadline)
      .describe("From the end of connecting to the end of the answer's head.")
      .exactOptional()
      .meta({ standard: '30s' }),
    idle: word(deadline)
      .describe('The longest pause of the origin in an answer.')
      .exactOptional()
      .meta({ standard: '30s' }),
    total: word(orOff(deadline))
      .describe('The whole exchange with all its attempts; off for answers that stream without end.')
      .exactOptional()
      .meta({ standard: '60s' }),
  })
  .meta({ id: 'timeouts', description: 'Deadlines of the origin.' })

export const retry = z
  .strictObject({
    attempts: word(count(0, 10)).describe('Attempts after the first.').exactOptional().meta({ standard: 2 }),
    on: z
      .array(word(choice(['connect-failure', 'reset', 'timeout', 429, 502, 503, 504])))
      .describe('What is tried again, where repeating the request is safe.')
      .exactOptional()
      .meta({ standard: ['connect-failure', 'reset'] }),
    perTry: word(orOff(deadline))
      .describe(
        'The first byte of one attempt, while another may follow. Off by default: a bound here would give up on ' +
          'answers that are slow and good, and ask the origin to compute them again.',
      )
      .exactOptional()
      .meta({ standard: 'off' }),
    budget: word(share)
      .describe('The most retries, as a share of the requests under way or recently begun.')
      .exactOptional()
      .meta({ standard: '20%' }),
  })
  .meta({ id: 'retry', description: 'When a failed attempt is repeated.' })

const layer = {
  cache: routeCache.exactOptional(),
  limits: limits.exactOptional(),
  timeouts: timeouts.exactOptional(),
  retry: retry.exactOptional(),
  invalidates: invalidates
    .describe('What a successful write makes invalid besides its own URI: targets, or a section.')
    .exactOptional()
    .meta({ standard: [] }),
  job: job.exactOptional(),
  serialize: serialize.exactOptional(),
  idempotency: idempotency.exactOptional(),
  classify: classify.exactOptional(),
}

/** What a route may inherit; a route's own keys win, one by one. */
export const defaults = z
  .strictObject(layer)
  .describe(
    'Sections that every route inherits; its own keys win, one by one. Requests that no route takes inherit ' +
      'limits, timeouts and retry, and are never stored.',
  )

export const route = z.strictObject({
  path: word(pathPattern).describe('A path in URLPattern syntax: /api/accounts, /api/:id, /api/*.'),
  methods: z
    .array(word(method))
    .min(1)
    .describe('The methods that the route takes, HEAD also where GET is listed. Without it, all.')
    .exactOptional(),
  ...layer,
})

export type RouteLayer = z.output<typeof defaults>
export type RouteSection = z.output<typeof route>
