// What the guards of a route's writes are read as.
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { RoutePolicy } from '../../../src/policy/route-policy.ts'

function policyOf(route: object, defaults: object = {}): RoutePolicy {
  const file = { origin: 'http://api', defaults, routes: [{ path: '/a/:id', ...route }] }
  const loaded = loadConfig(JSON.stringify(file), { file: 'p.yaml', env: {} })
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.errors))
  return loaded.config.routes[0]!.policy
}

test('an empty section must give every default', () => {
  expect(policyOf({ job: {} }).job).toEqual({
    leaseMs: 300_000,
    busy: 409,
    cooldownMs: 0,
    report: [],
    abortWithClient: false,
  })
  expect(policyOf({ serialize: {} }).serialize).toEqual({ waitMs: 10_000, queue: 100, lostUpdates: null })
  expect(policyOf({ idempotency: {} }).idempotency).toEqual({ ttlMs: 86_400_000, required: false })
})

test('every key must be read', () => {
  const job = { lease: '1m', busy: 'join', cooldown: '30s', report: ['/a', '/b/c'], abortWithClient: true }
  expect(policyOf({ job }).job).toEqual({
    leaseMs: 60_000,
    busy: 'join',
    cooldownMs: 30_000,
    report: ['/a', '/b/c'],
    abortWithClient: true,
  })
  const serialize = { by: 'path', wait: '1s', queue: 5, lostUpdates: 'require' }
  expect(policyOf({ serialize }).serialize).toEqual({ waitMs: 1000, queue: 5, lostUpdates: 'require' })
  const idempotency = { ttl: '1h', required: true }
  expect(policyOf({ idempotency }).idempotency).toEqual({ ttlMs: 3_600_000, required: true })
  const tag = { kind: 'tag', template: 'x' }
  expect(policyOf({ invalidates: { targets: ['x'], soft: true } })).toMatchObject({
    invalidates: [tag],
    invalidatesSoftly: true,
  })
})

test("a route's own keys must win over inherited ones, and off over a section", () => {
  const defaults = { serialize: { wait: '1s', queue: 5 }, idempotency: {} }
  expect(policyOf({ serialize: { queue: 9 } }, defaults).serialize).toMatchObject({ waitMs: 1000, queue: 9 })
  const switched = policyOf({ serialize: 'off', idempotency: 'off', job: {} }, defaults)
  expect(switched).toMatchObject({ serialize: null, idempotency: null })
})

test('requests that no route takes must not inherit a guard', () => {
  const file = { origin: 'http://api', defaults: { job: {}, idempotency: {} } }
  const loaded = loadConfig(JSON.stringify(file), { file: 'p.yaml', env: {} })
  expect(loaded).toMatchObject({ kind: 'ok', config: { fallback: { job: null, idempotency: null } } })
})
