// Mistakes in routes: each is found, at its place, in words that help.
import { describe, expect, test } from 'vitest'
import { duration, errorsOf } from './errors-of.ts'

/** A file with one route at line 3; what is under it starts at line 4, column 5. */
function withRoute(lines: string): string {
  return `origin: http://api\nroutes:\n  - path: /a/:id\n${lines.replace(/^/gm, '    ')}`
}

describe('a mistake in a route must be reported once, at its key or value', () => {
  test.each([
    ['cache: 30 sec', `4:12 routes[0].cache: ${duration}, off, or a section`],
    ['cache: 30', `4:12 routes[0].cache: ${duration}, off, or a section`],
    ['cache: [30s]', `4:12 routes[0].cache: ${duration}, off, or a section`],
    ['cache:', `4:11 routes[0].cache: ${duration}, off, or a section`],
    ['cache:\n  ttl: 30 sec', `5:12 routes[0].cache.ttl: ${duration}`],
    ['cache: { ttl: [30s] }', `4:19 routes[0].cache.ttl: ${duration}`],
    [
      'cache: { statIfError: 5m }',
      '4:14 routes[0].cache.statIfError: unknown key "statIfError"; did you mean "staleIfError"?',
    ],
    ['cache: { scope: everyone }', '4:21 routes[0].cache.scope: write one of auto, shared, user'],
    ['cache: { override: 1 }', '4:24 routes[0].cache.override: write true or false'],
    ['cache: { variants: 0 }', '4:24 routes[0].cache.variants: write a whole number from 1 to 1000'],
    [
      'cache: { statuses: { abc: 5s } }',
      '4:26 routes[0].cache.statuses.abc: write a final status, such as 404',
    ],
    [
      'cache: { statuses: { 103: 5s } }',
      '4:26 routes[0].cache.statuses.103: write a final status, such as 404',
    ],
    ['cache: { statuses: { 404: 5 } }', `4:31 routes[0].cache.statuses.404: ${duration}`],
    [
      'cache: { statuses: { 206: 5s } }',
      '4:26 routes[0].cache.statuses.206: 206 is never stored on its own: it is part of another answer',
    ],
    [
      'cache: { key: { query: some } }',
      '4:28 routes[0].cache.key.query: write all, none, { only: [names] } or { ignore: [names] }',
    ],
    [
      'cache: { key: { query: { onyl: [a] } } }',
      '4:30 routes[0].cache.key.query.onyl: unknown key "onyl"; did you mean "only"?',
    ],
    [
      'cache: { key: { query: { only: [a], ignore: [b] } } }',
      '4:36 routes[0].cache.key.query.only: write one of only and ignore',
    ],
    [
      'cache: { key: { query: { only: [utm_*] } } }',
      '4:37 routes[0].cache.key.query.only[0]: write the name of a query parameter',
    ],
    [
      'cache: { key: { query: { ignore: ["a*b"] } } }',
      '4:39 routes[0].cache.key.query.ignore[0]: write the name of a query parameter, or a prefix such as utm_*',
    ],
    [
      'cache: { key: { headers: ["a b"] } }',
      '4:31 routes[0].cache.key.headers[0]: write the name of a header field, such as accept-language',
    ],
    [
      'cache: { credentials: { cookies: session } }',
      '4:38 routes[0].cache.credentials.cookies: write all, or a list of cookie names',
    ],
    ['cache: { refresh: refresh }', '4:23 routes[0].cache.refresh: write a section (lines of "key: value")'],
    ['cache: { tags: ["account-:nr"] }', '4:21 routes[0].cache.tags[0]: ":nr" is not a parameter of /a/:id'],
    ['invalidates: ["account-:nr"]', '4:19 routes[0].invalidates[0]: ":nr" is not a parameter of /a/:id'],
    [
      'invalidates: ["/a/("]',
      '4:19 routes[0].invalidates[0]: not a path pattern; write one such as /api/accounts, /api/:id or /api/*',
    ],
    ['methods: []', '4:14 routes[0].methods: write at least one'],
    ['methods: GET', '4:14 routes[0].methods: write a list'],
    ['methods: [get]', '4:15 routes[0].methods[0]: write a method in upper case, such as GET'],
    [
      'limits: { body: 1 MB }',
      '4:21 routes[0].limits.body: write a size such as 16KiB, 8MiB, 64kB or a number of bytes, or off',
    ],
    [
      'limits: { url: 0 }',
      '4:20 routes[0].limits.url: write a size such as 16KiB, 8MiB, 64kB or a number of bytes, of at least 1',
    ],
    [
      'limits: { query: { limit: 500 } }',
      '4:31 routes[0].limits.query.limit: write a section (lines of "key: value")',
    ],
    ['limits: { query: { limit: { max: many } } }', '4:38 routes[0].limits.query.limit.max: write a number'],
    [
      'limits: { query: { limit: { mx: 1, max: 1 } } }',
      '4:33 routes[0].limits.query.limit.mx: unknown key "mx"; did you mean "max"?',
    ],
    ['timeouts: { connect: 0 }', `4:26 routes[0].timeouts.connect: ${duration}, more than 0 and at most 24d`],
    [
      'timeouts: { total: 25d }',
      `4:24 routes[0].timeouts.total: ${duration}, more than 0 and at most 24d, or off`,
    ],
    ['retry: { budget: 120% }', '4:22 routes[0].retry.budget: write a share such as 20% or 0.2'],
    [
      'retry: { on: [500] }',
      '4:19 routes[0].retry.on[0]: write one of connect-failure, reset, timeout, 429, 502, 503, 504',
    ],
    ['retry: { attempts: 1.5 }', '4:24 routes[0].retry.attempts: write a whole number from 0 to 10'],
    [
      'classify: [{ class: a b, status: 429 }]',
      '4:25 routes[0].classify[0].class: write a name such as model-cooldown',
    ],
    [
      'classify: [{ class: a }]',
      '4:25 routes[0].classify[0].class: needs a status, a pointer or contains beside it',
    ],
    ['classify: [{ class: a, equals: 1 }]', '4:36 routes[0].classify[0].equals: needs a pointer beside it'],
    [
      'classify: [{ class: a, pointer: x }]',
      '4:37 routes[0].classify[0].pointer: write a JSON pointer such as /error/code',
    ],
    [
      'classify: [{ class: a, pointer: /x, contains: y }]',
      '4:51 routes[0].classify[0].contains: write one of pointer and contains',
    ],
    ['job: { lease: 0 }', `4:19 routes[0].job.lease: ${duration}, more than 0 and at most 24d`],
    ['job: { busy: 503 }', '4:18 routes[0].job.busy: write one of 409, 202, join'],
    [
      'job: { report: [processed] }',
      '4:21 routes[0].job.report[0]: write a JSON pointer such as /processed or /result/stored',
    ],
    ['serialize: { by: id }', '4:22 routes[0].serialize.by: write one of path'],
    [
      'serialize: { lostUpdates: refuse }',
      '4:31 routes[0].serialize.lostUpdates: write one of reject, require, or off',
    ],
    ['serialize: on', '4:16 routes[0].serialize: write off, or a section'],
    ['idempotency: { ttl: 24 }', `4:25 routes[0].idempotency.ttl: ${duration}, more than 0 and at most 24d`],
    [
      'job: {}\nserialize: {}',
      '3:5 routes[0]: write one of job and serialize; switch an inherited one off with "off"',
    ],
    [
      'invalidates: { targets: ["account-:nr"], soft: true }',
      '4:30 routes[0].invalidates.targets[0]: ":nr" is not a parameter of /a/:id',
    ],
    [
      '__proto__: 1',
      '4:5 routes[0].__proto__: unknown key "__proto__"; known here: path, methods, cache, limits, timeouts, retry, invalidates, job, serialize, idempotency, classify',
    ],
    ['methods: [GET]\nmethods: [PUT]', '5:5 routes[0].methods: the key is given twice'],
  ])('%j', (lines, error) => {
    expect(errorsOf(withRoute(lines))).toEqual([`p.yaml:${error}`])
  })

  test.each([400, 401, 403, 405, 413, 414, 429, 431])(
    'the status %i must not be given a freshness, with the reason',
    (status) => {
      const reason = `${status} is never stored: one client's bad request would be every client's answer`
      const errors = errorsOf(withRoute(`cache: { statuses: { ${status}: 5s } }`))
      expect(errors).toEqual([`p.yaml:4:26 routes[0].cache.statuses.${status}: ${reason}`])
    },
  )
})

describe('shadowed routes', () => {
  test.each([
    ['a wildcard before a path', ['/api/*', '/api/accounts']],
    ['a parameter before a path', ['/api/:id', '/api/accounts']],
    ['the same path twice', ['/a', '/a']],
  ])('%s must be an error that names the earlier line', (_, [first, second]) => {
    const text = `origin: http://api\nroutes:\n  - path: ${first}\n  - path: ${second}\n`
    expect(errorsOf(text)).toEqual([
      'p.yaml:4:5 routes[1]: is never reached: routes[0] on line 3 takes all of its requests',
    ])
  })

  test('other methods, or a broader path later, must not be an error', () => {
    expect(
      errorsOf('origin: http://api\nroutes: [{ path: /a, methods: [GET] }, { path: /a }, { path: /* }]'),
    ).toEqual([])
  })
})
