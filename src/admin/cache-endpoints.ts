// The endpoints that show and change what is stored.
import { z } from 'zod'
import { type Purge, purgedBy } from '../policy/purge.ts'
import type { Room } from '../proxy/call.ts'
import { invalidate, invalidateAll } from '../proxy/invalidate.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { isCursor, listEntries } from './stored-entries.ts'

const range = z
  .string()
  .regex(/^(?:\/|https?:\/\/)/, { error: 'write a path that starts with /, or a whole URI' })

const purge = z.union(
  [
    z.strictObject({ url: range, soft: z.boolean().default(false) }),
    z.strictObject({ prefix: range, soft: z.boolean().default(false) }),
    z.strictObject({ tag: z.string().min(1), soft: z.boolean().default(false) }),
  ],
  { error: 'write one of url, prefix (both start with / or http) and tag, and soft where it is wanted' },
)

const counted = z.strictObject({ removed: z.int() })

const entriesQuery = z.strictObject({
  prefix: range.default('/'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().refine(isCursor, { error: 'is not what an earlier page gave as next' }).optional(),
})

const entriesPage = z.strictObject({
  entries: z.array(
    z.strictObject({
      uri: z.string(),
      tags: z.array(z.string()),
      credentialed: z.boolean(),
      variants: z.int(),
      vary: z.array(z.string()),
      status: z.int(),
      age: z.int(),
      ttl: z.int(),
      bytes: z.int(),
    }),
  ),
  next: z.string().nullable(),
})

/** `room` gives the one that is in use now: a reload brings another. */
export function cacheEndpoints(room: () => Room): readonly Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/health/cache/clear',
      summary: 'Drops everything that is stored; what is being fetched is not stored either.',
      answers: { 200: counted },
      answer: () => ({ status: 200, body: { removed: invalidateAll(room()) } }),
    }),
    endpoint({
      method: 'POST',
      path: '/health/cache/cleanup',
      summary: 'Drops what is past all its windows and can no longer be served.',
      answers: { 200: counted },
      answer: () => ({ status: 200, body: { removed: room().store.cleanup(room().clock.now()) } }),
    }),
    endpoint({
      method: 'POST',
      path: '/health/cache/purge',
      summary:
        'Drops what is stored for a URL, for all that begin with a prefix, or under a tag. A path stands for every ' +
        'host. With soft, it stays to be validated before its next use.',
      body: purge,
      answers: { 200: counted.extend({ marked: z.int() }) },
      answer: ({ body }) => {
        const met = invalidate(room(), purgedBy(purgeOf(body)), body.soft)
        return { status: 200, body: body.soft ? { removed: 0, marked: met } : { removed: met, marked: 0 } }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/health/cache/entries',
      summary: 'What is stored, in the order of URIs, page by page.',
      query: entriesQuery,
      answers: { 200: entriesPage },
      answer: ({ query: { prefix, limit, after = null } }) => ({
        status: 200,
        body: listEntries(room().store, { prefix, limit, after }, room().clock.now()),
      }),
    }),
  ]
}

function purgeOf(body: z.output<typeof purge>): Purge {
  if ('url' in body) return { kind: 'url', url: body.url }
  if ('prefix' in body) return { kind: 'prefix', prefix: body.prefix }
  return { kind: 'tag', tag: body.tag }
}
