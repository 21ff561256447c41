// Which route a request takes, and which routes no request can.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern } from '../../../src/route/path-pattern.ts'
import { compileRoutes, takesMethod, type RouteDefinition } from '../../../src/route/routes.ts'
import { shadowedBy } from '../../../src/route/shadow.ts'

/** `GET,POST /path`, or `* /path` for all methods. */
function route(text: string): RouteDefinition {
  const [methods = '', path = ''] = text.split(' ')
  const policy = { name: text } as RouteDefinition['policy']
  return {
    pattern: compilePattern(path),
    methods: methods === '*' ? null : new Set(methods.split(',')),
    policy,
    places: new Map(),
  }
}

describe('match', () => {
  const routes = compileRoutes(
    [
      'GET /api/accounts',
      'POST /api/:kind',
      '* /api/accounts/:id',
      'GET /api/*',
      '* /api/accounts',
      'GET /v{1}?',
    ].map(route),
  )

  test.each([
    ['GET', '/api/accounts', 'GET /api/accounts', {}],
    ['HEAD', '/api/accounts', 'GET /api/accounts', {}],
    ['POST', '/api/accounts', 'POST /api/:kind', { kind: 'accounts' }],
    ['PUT', '/api/accounts', '* /api/accounts', {}],
    ['DELETE', '/api/accounts/7', '* /api/accounts/:id', { id: '7' }],
    ['GET', '/api/accounts/7/x', 'GET /api/*', { 0: 'accounts/7/x' }],
    ['GET', '/v1', 'GET /v{1}?', {}],
    ['get', '/api/x', null, null],
    ['GET', '/other', null, null],
  ])('%s %s must take %j', (method, path, name, params) => {
    const match = routes.match(method, path)
    expect(match?.route.policy.name ?? null).toBe(name)
    expect(match === null ? null : { ...match.params }).toEqual(params)
  })

  test('the first in order must win, whatever the look-up', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', ':x', '*'), { minLength: 1, maxLength: 3 })
      .map((s) => `/${s.map((text, i) => (text === ':x' ? `:x${i}` : text)).join('/')}`)
    const text = fc
      .tuple(fc.constantFrom('*', 'GET', 'POST', 'GET,POST', 'HEAD'), path)
      .map(([m, p]) => `${m} ${p}`)
    const requested = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((s) => `/${s.join('/')}`)
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT')
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), method, requested, (texts, asked, at) => {
        const definitions = texts.map(route)
        const first = definitions.findIndex(
          (d) => takesMethod(d.methods, asked) && d.pattern.match(at) !== null,
        )
        const match = compileRoutes(definitions).match(asked, at)
        expect(match?.route).toBe(definitions[first])
        expect(shadowedBy(definitions).map(({ index }) => index)).not.toContain(first)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('shadowedBy', () => {
  test.each([
    [['* /a', '* /a'], [[1, 0]]],
    [['* /api/*', 'GET /api/accounts'], [[1, 0]]],
    [['* /api/:id', '* /api/accounts'], [[1, 0]]],
    [['* /api/:id', '* /api/:other'], [[1, 0]]],
    [['* /api/*', '* /api/:id/x/*'], [[1, 0]]],
    [['GET /a', 'HEAD /a'], [[1, 0]]],
    [['GET,POST /a', 'POST /a'], [[1, 0]]],
    [['* /a{b}?', 'GET /a{b}?'], [[1, 0]]],
    [
      ['* /*', '* /a', '* /b'],
      [
        [1, 0],
        [2, 0],
      ],
    ],
    [['GET /a', '* /a'], []],
    [['HEAD /a', 'GET /a'], []],
    [['* /api/*', '* /api'], []],
    [['* /api/:id', '* /api/'], []],
    [['* /api/:id', '* /api/*'], []],
    [['* /api/accounts', '* /api/:id'], []],
    [['* /a{b}?', '* /ab'], []],
    [['* /a/:b', '* /a/:b/c'], []],
  ])('%j must give %j', (texts, expected) => {
    expect(shadowedBy(texts.map(route)).map(({ index, by }) => [index, by])).toEqual(expected)
  })
})
