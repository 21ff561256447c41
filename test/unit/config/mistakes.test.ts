// Mistakes outside routes, several at once, and in the environment.
import { describe, expect, test } from 'vitest'
import { duration, errorsOf } from './errors-of.ts'

describe('a mistake in another section must be reported once, at its key or value', () => {
  const address = 'write an address such as 127.0.0.1:8080 or [::1]:8080'
  test.each([
    ['', '1:1 origin: is missing; write a URL such as http://127.0.0.1:8000'],
    ['orign: http://127.0.0.1:8000', '1:1 orign: unknown key "orign"; did you mean "origin"?'],
    ['- a', '1:1 write a section (lines of "key: value")'],
    ['origin: api:8000', '1:9 origin: write a URL such as http://127.0.0.1:8000'],
    ['origin: http://api/v1', '1:9 origin: write the URL without path, query and fragment'],
    ['origin: http://u:p@api', '1:9 origin: write the URL without user and password'],
    ['origin: { url: http://api, urls: [http://b] }', '1:34 origin.urls: write either url or urls'],
    ['origin: []', '1:9 origin: write a URL such as http://127.0.0.1:8000'],
    ['origin: [http://api, x]', '1:22 origin[1]: write a URL such as http://127.0.0.1:8000'],
    ['origin: { connections: 1 }', '1:9 origin.url: is missing; write a URL such as http://127.0.0.1:8000'],
    ['origin: { url: http://api, health: health }', '1:36 origin.health: write a path such as /health'],
    ['origin: { url: http://api, host: other }', '1:34 origin.host: write one of preserve, origin'],
    ['origin: http://api\norigin: http://b', '2:1 origin: the key is given twice'],
    ['origin: http://api\nlisten: 8080', `2:9 listen: ${address}`],
    ['origin: http://api\nlisten: :8080', `2:9 listen: ${address}`],
    ['origin: http://api\nlisten: a:65536', `2:9 listen: ${address}`],
    ['origin: http://api\nlisten: "[::g]:80"', `2:9 listen: ${address}`],
    [
      'origin: http://api\nlisten: { workers: 2 }',
      '2:11 listen.workers: "workers" is not available in this version of weir',
    ],
    [
      'origin: http://api\nlisten: { trusted: [10.0.0.0/33] }',
      '2:21 listen.trusted[0]: write an IP address or a block such as 10.0.0.0/8 or fd00::/8',
    ],
    [
      'origin: http://api\nmanage: { listen: 0.0.0.0:9090 }',
      '2:19 manage.listen: write a token as well: others than this machine can reach this address',
    ],
    [
      'origin: http://api\nmanage: { token: "" }',
      '2:18 manage.token: write visible ASCII characters without blanks, at least one (in quotes where they are all digits)',
    ],
    [
      'origin: http://api\ncache: { secret: s, redis: x }',
      '2:28 cache.redis: write a URL such as redis://127.0.0.1:6379 or rediss://user:password@redis:6379/0',
    ],
    [
      'origin: http://api\ncache: { redis: "redis://a" }',
      '2:10 cache.redis: needs cache.secret: the same for all weirs that share this Redis',
    ],
    [
      'origin: http://api\ncache: { memory: 0 }',
      '2:18 cache.memory: write a size such as 16KiB, 8MiB, 64kB or a number of bytes, of at least 1',
    ],
    [
      'origin: http://api\nlog: { level: loud }',
      '2:15 log.level: write one of trace, debug, info, warn, error, fatal, silent',
    ],
    [
      'origin: http://api\ndefaults: { path: /a }',
      '2:13 defaults.path: unknown key "path"; known here: cache, limits, timeouts, retry, invalidates, job, serialize, idempotency, classify',
    ],
    [
      'origin: { url: http://api, breaker: { failures: 0 } }',
      '1:49 origin.breaker.failures: write a whole number from 1 to 1000000',
    ],
    ['origin: http://api\nroutes:', '2:8 routes: has no value; write a list, or leave the key out'],
    ['origin: http://api\nroutes: [/a]', '2:10 routes[0]: write a section (lines of "key: value")'],
    ['origin: http://api\nroutes: [{ path: a }]', '2:18 routes[0].path: a path pattern starts with "/"'],
    [
      'origin: http://api\nroutes: [{ cache: off }]',
      '2:10 routes[0].path: is missing; write a path pattern such as /api/accounts, /api/:id or /api/*',
    ],
    [
      'origin: http://api\ndefaults: { cache: { tags: ["a-:id"] } }\nroutes: [{ path: /a }]',
      '2:29 defaults.cache.tags[0]: ":id" is not a parameter of /a',
    ],
    ['origin: *a', '1:9 origin: the alias stands for itself, or has no anchor before it'],
    ['origin: http://api\nmanage: { token: ${T} }', '2:19 write "${NAME}" in quotes inside { } and [ ]'],
    ['origin: {', '1:10 Flow map in block collection must be sufficiently indented and end with a }'],
    ['origin: http://api\n\tlog: {}', '2:1 Tabs are not allowed as indentation'],
  ])('%j', (text, error) => {
    expect(errorsOf(text)).toEqual([`p.yaml:${error}`])
  })
})

test('all mistakes must be reported at once, in the order of the text', () => {
  const text = [
    'lisen: 127.0.0.1:80',
    'origin: http://api/x',
    'routes:',
    '  - path: /a',
    '    cache: { ttl: 5 seconds, tags: [":id"] }',
    '  - path: /a',
    '    cache: of',
    '  - path: /b',
    '    retry: { on: [reste], prTry: 5s }',
  ].join('\n')
  expect(errorsOf(text)).toEqual([
    'p.yaml:1:1 lisen: unknown key "lisen"; did you mean "listen"?',
    'p.yaml:2:9 origin: write the URL without path, query and fragment',
    `p.yaml:5:19 routes[0].cache.ttl: ${duration}`,
    'p.yaml:5:37 routes[0].cache.tags[0]: ":id" is not a parameter of /a',
    'p.yaml:6:5 routes[1]: is never reached: routes[0] on line 4 takes all of its requests',
    `p.yaml:7:12 routes[1].cache: ${duration}, off, or a section`,
    'p.yaml:9:19 routes[2].retry.on[0]: write one of connect-failure, reset, timeout, 429, 502, 503, 504',
    'p.yaml:9:27 routes[2].retry.prTry: unknown key "prTry"; did you mean "perTry"?',
  ])
})

test('tags that a route inherits but does not use must not be an error', () => {
  const inherited = 'origin: http://api\ndefaults: { cache: { tags: ["a-:id"] } }\n'
  expect(errorsOf(`${inherited}routes: [{ path: /a, cache: off }]`)).toEqual([])
  expect(errorsOf(`${inherited}routes: [{ path: /a, cache: { tags: [a] } }]`)).toEqual([])
})

describe('the environment', () => {
  test('a variable that is not set must be an error at its value, and the only one there', () => {
    expect(errorsOf('origin: ${API}')).toEqual(['p.yaml:1:9 origin: the environment variable API is not set'])
  })

  test.each([
    'manage: { listen: "0.0.0.0:1", token: "${S}" }',
    'cache: { secret: "${S}", redis: "${S}" }',
    'log: { level: "${S}" }',
    'routes: [{ path: "${S}" }]',
    'listen: ${S}',
  ])('no error may quote a value from it: %s', (line) => {
    const errors = errorsOf(`origin: http://api\n${line}`, { S: 'hush hush' })
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.join()).not.toContain('hush')
  })

  test('what a variable holds must not be read as YAML', () => {
    expect(errorsOf('origin: ${API}', { API: 'http://api\nlog: { level: loud }' })).toEqual([
      'p.yaml:1:9 origin: write a URL such as http://127.0.0.1:8000',
    ])
  })
})
