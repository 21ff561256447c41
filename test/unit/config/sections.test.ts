// What the sections about weir itself come to: its listeners, its origin, its store and its log.
import { expect, test } from 'vitest'
import { formatErrors } from '../../../src/config/errors.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { WeirConfig } from '../../../src/config/model.ts'

function load(text: string): WeirConfig {
  const loaded = loadConfig(text, { file: 'p.yaml', env: {} })
  if (loaded.kind === 'invalid') throw new Error(formatErrors(loaded.errors))
  return loaded.config
}

test('every key of the other sections must be read', () => {
  const config = load(`
listen: { address: "[::1]:80", headTimeout: 1s, bodyIdle: 2s, bodyRate: 1KiB, writeIdle: 4s, keepAlive: 3s,
          maxHead: 8KiB, maxFields: 50, maxConnections: 10, maxPerAddress: 5, maxPipelined: 0, trusted: [10.0.0.0/8, 127.0.0.1, "fd00::/8", "::1"] }
origin: { url: https://api, connections: 8, keepAlive: 1s, host: origin, health: /health?deep=1 }
manage: { listen: 0.0.0.0:0, token: t }
cache: { memory: 1MB, maxEntry: 1000, secret: s }
log: { level: warn, requests: all, sample: 10%, secrets: [pin] }`)
  expect(config).toMatchObject({
    listen: {
      address: { host: '::1', port: 80 },
      headTimeoutMs: 1000,
      bodyIdleMs: 2000,
      bodyRate: 1024,
      writeIdleMs: 4000,
      keepAliveMs: 3000,
      maxHeadBytes: 8192,
      maxFields: 50,
      maxConnections: 10,
      maxPerAddress: 5,
      maxPipelined: 0,
      trusted: ['10.0.0.0/8', '127.0.0.1/32', 'fd00::/8', '::1/128'],
    },
    origin: {
      url: 'https://api',
      connections: 8,
      keepAliveMs: 1000,
      host: 'origin',
      health: '/health?deep=1',
    },
    manage: { address: { host: '0.0.0.0', port: 0 }, token: 't' },
    cache: { memoryBytes: 1_000_000, maxEntryBytes: 1000, secret: 's' },
    log: { level: 'warn', requests: 'all', sample: 0.1, secrets: ['pin'] },
  })
})

test.each([
  ['{ urls: [http://a, http://b] }', { url: 'http://a', urls: ['http://a', 'http://b'] }],
  ['[http://a, http://b]', { url: 'http://a', urls: ['http://a', 'http://b'] }],
  ['{ url: http://a, breaker: off }', { breaker: null }],
  [
    '{ url: http://a, breaker: { failures: 1, over: 5s, errorRate: 10%, minRequests: 2, window: 3s, openFor: 4s, statuses: [503] } }',
    {
      breaker: {
        failures: 1,
        overMs: 5_000,
        errorRate: 0.1,
        minRequests: 2,
        windowMs: 3_000,
        openMs: 4_000,
        statuses: new Set([503]),
      },
    },
  ],
  [
    '{ url: http://a, balance: { sticky: { header: X-User } } }',
    { balance: { kind: 'sticky', by: 'header', name: 'x-user' } },
  ],
  [
    '{ url: http://a, balance: { sticky: { cookie: Sid } } }',
    { balance: { kind: 'sticky', by: 'cookie', name: 'Sid' } },
  ],
])('the origin %s must be read', (text, expected) => {
  expect(load(`origin: ${text}`).origin).toMatchObject(expected)
})
