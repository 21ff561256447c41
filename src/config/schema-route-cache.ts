// The schema of a route's cache section.
import { z } from 'zod'
import type { QueryRule } from '../policy/route-policy.ts'
import { cookieName, fieldName, parameterName, parameterNames } from './names.ts'
import { word, type Term } from './term.ts'
import { choice, count, duration, flag, text } from './vocabulary.ts'

/** Answers to what a client sent, not to what was asked for: storing one lets a client break a page for others (CPDoS). */
const refusedStatuses = ['400', '401', '403', '405', '413', '414', '429', '431']
/** Answers that mean something only next to what the client already has. */
const partialStatuses = ['206', '304']

const statusKey = z
  .string()
  .regex(/^[2-5]\d\d$/, { error: 'write a final status, such as 404' })
  .superRefine((status, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (refusedStatuses.includes(status))
      refuse(`${status} is never stored: one client's bad request would be every client's answer`)
    if (partialStatuses.includes(status))
      refuse(`${status} is never stored on its own: it is part of another answer`)
  })

const queryWord: Term<QueryRule> = {
  read: (value) =>
    value === 'all' || value === 'none'
      ? { value: { kind: value } }
      : { problem: 'write all, none, { only: [names] } or { ignore: [names] }' },
  forms: [{ enum: ['all', 'none'] }],
}

const querySection = z
  .strictObject({
    only: z.array(word(parameterName)).describe('Only these parameters are part of the key.').exactOptional(),
    ignore: z
      .array(word(parameterNames))
      .describe('These parameters, or prefixes such as utm_*, are not part of the key.')
      .exactOptional(),
  })
  .transform(({ only, ignore }, context): QueryRule => {
    if (only === undefined) return ignore === undefined ? { kind: 'all' } : { kind: 'ignore', names: ignore }
    if (ignore === undefined) return { kind: 'only', names: only }
    context.addIssue({ code: 'custom', path: ['only'], message: 'write one of only and ignore' })
    return z.NEVER
  })

const keySection = z.strictObject({
  query: z
    .union([word(queryWord), querySection])
    .describe('Which query parameters are part of the key, and reach the origin.')
    .exactOptional()
    .meta({ standard: 'all' }),
  sortQuery: word(flag)
    .describe('Order parameters of different names, so that ?a=1&b=2 and ?b=2&a=1 are one.')
    .exactOptional()
    .meta({ standard: false }),
  headers: z
    .array(word(fieldName))
    .describe('Request fields that change the answer, besides those that Vary names.')
    .exactOptional()
    .meta({ standard: [] }),
})

const cookiesWord: Term<'all'> = {
  read: (value) => (value === 'all' ? { value } : { problem: 'write all, or a list of cookie names' }),
  forms: [{ const: 'all' }],
}

const credentialsSection = z.strictObject({
  headers: z
    .array(word(fieldName))
    .describe(
      'Fields that identify a user. Other credential fields do not reach the origin on a cacheable fetch.',
    )
    .exactOptional()
    .meta({ standard: ['authorization', 'x-api-key'] }),
  cookies: z
    .union([word(cookiesWord), z.array(word(cookieName))])
    .describe('Cookies that identify a user: all, or a list; the others are neither keyed nor sent.')
    .exactOptional()
    .meta({ standard: 'all' }),
})

const cacheSection = z.strictObject({
  ttl: word(duration)
    .describe('Freshness where the origin states none. Without it, the origin alone decides.')
    .exactOptional(),
  override: word(flag)
    .describe('The ttl also beats what the origin states.')
    .exactOptional()
    .meta({ standard: false }),
  heuristic: word(flag)
    .describe('Allow heuristic freshness from Last-Modified (RFC 9111, section 4.2.2).')
    .exactOptional()
    .meta({ standard: false }),
  staleWhileRevalidate: word(duration)
    .describe(
      'How long past its freshness an answer is served while it is fetched anew in the background (RFC 5861).',
    )
    .exactOptional()
    .meta({ standard: 0 }),
  staleIfError: word(duration)
    .describe('How long past its freshness an answer is served when the origin fails (RFC 5861).')
    .exactOptional()
    .meta({ standard: 0 }),
  staleDespiteSMaxage: word(flag)
    .describe(
      'The stale windows also hold for answers with s-maxage, which RFC 9111, section 5.2.2.10, forbids.',
    )
    .exactOptional()
    .meta({ standard: false }),
  scope: word(choice(['auto', 'shared', 'user']))
    .describe(
      'auto: one answer per credential, one for all without. user: none without. shared: the same for everyone.',
    )
    .exactOptional()
    .meta({ standard: 'auto' }),
  credentials: credentialsSection.describe('What identifies a user.').exactOptional(),
  key: keySection.describe('What tells one answer from another, besides the path.').exactOptional(),
  refresh: z
    .strictObject({
      param: word(parameterName).describe('The name of the query parameter, such as refresh.'),
    })
    .describe('A query parameter with which a client asks for a new answer; it is not part of the key.')
    .exactOptional(),
  statuses: z
    .record(statusKey, word(duration))
    .describe('Freshness by status where the origin states none, such as 404: 5s (negative caching).')
    .exactOptional()
    .meta({ standard: {} }),
  tags: z
    .array(word(text))
    .describe(
      'Names by which stored answers are invalidated; ":id" stands for the path parameter of that name.',
    )
    .exactOptional()
    .meta({ standard: [] }),
  variants: word(count(1, 1000))
    .describe('The most answers stored for one key, where Vary tells them apart.')
    .exactOptional()
    .meta({ standard: 16 }),
})

export type CacheSection = z.output<typeof cacheSection>

const cacheWord: Term<CacheSection | 'off'> = {
  read: (value) => {
    if (value === 'off') return { value }
    const ttl = duration.read(value)
    return 'problem' in ttl ? { problem: `${ttl.problem}, off, or a section` } : { value: { ttl: ttl.value } }
  },
  forms: [...duration.forms, { const: 'off' }],
}

export const routeCache = z.union([word(cacheWord), cacheSection]).meta({
  id: 'cache',
  description: 'Store answers to GET, HEAD and QUERY: a ttl, a section ({}: as the origin states), or off.',
})
