// The JSON Schema that ships for editors: up to date, complete, and true.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { jsonSchemaText } from '../../../src/config/json-schema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { keysAt } from '../../../src/config/problems.ts'
import { fileSchema } from '../../../src/config/schema.ts'
import { unbuilt } from '../../../src/config/unbuilt.ts'

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly description?: string
  readonly default?: unknown
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Node>>
  readonly anyOf?: readonly Node[]
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
}

const text = readFileSync('config/weir.schema.json', 'utf8')
const schema = JSON.parse(text) as Node

/** Each property in the schema, with its path. */
function properties(node: Node, path = ''): [path: string, node: Node][] {
  const inner = Object.entries(node.properties ?? {}).map(
    ([key, value]) => [`${path}.${key}`, value] as [string, Node],
  )
  const nested = [...(node.anyOf ?? []), node.items, node.additionalProperties].flatMap((one) =>
    typeof one === 'object' ? properties(one, path) : [],
  )
  const shared = Object.entries(node.$defs ?? {}).flatMap(([key, value]) => properties(value, key))
  return [...inner, ...inner.flatMap(([at, value]) => properties(value, at)), ...nested, ...shared]
}

test('the committed schema must be the generated one (npm run schema)', () => {
  expect(text).toBe(jsonSchemaText())
})

test('every key must have a description', () => {
  const found = properties(schema)
  const bare = found.filter(
    ([, node]) =>
      (node.description ?? (node.$ref && schema.$defs?.[node.$ref.slice(8)]?.description)) === undefined,
  )
  expect(found.length).toBeGreaterThan(60)
  expect(bare.map(([path]) => path)).toEqual([])
})

test('a route that spells out every default that the schema states must be the same as one that does not', () => {
  const stated = (section: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(sectionOf(section).properties ?? {}).flatMap(([key, { default: value }]) =>
        value === undefined ? [] : [[key, value]],
      ),
    )
  const nested = (key: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(sectionOf('cache').properties?.[key]?.properties ?? {}).map(([name, node]) => [
        name,
        node.default,
      ]),
    )
  const cache = { ...stated('cache'), key: nested('key'), credentials: nested('credentials') }
  const spelled = {
    path: '/a',
    cache,
    limits: stated('limits'),
    timeouts: stated('timeouts'),
    retry: stated('retry'),
  }
  expect(Object.keys(spelled.retry)).toEqual(['attempts', 'on', 'perTry', 'budget'])
  expect(policyOf(spelled)).toEqual(policyOf({ path: '/a', cache: {} }))
})

test('proxy.yaml must be valid, for the schema as for weir', () => {
  const yaml = readFileSync('proxy.yaml', 'utf8')
  expect(loadConfig(yaml, { file: 'proxy.yaml', env: {} })).toMatchObject({ kind: 'ok' })
  expect(editorAccepts(parse(yaml))).toBe(true)
})

test.each([
  [{ origin: '${API}' }, true],
  [
    { origin: 'http://api', routes: [{ path: '/a', cache: '${TTL:-30s}', limits: { queue: '${QUEUE}' } }] },
    true,
  ],
  [{ origin: 'http://api', routes: [{ path: '/a', cache: { ttl: '30 sec' } }] }, false],
  [{ origin: 'http://api', routes: [{ path: '/a', cash: '30s' }] }, false],
  [{ origin: 'http://api', log: { level: 'loud' } }, false],
  [{}, false],
])('whether an editor accepts %j must be %s', (file, expected) => {
  expect(editorAccepts(file)).toBe(expected)
})

test('a key must not be known to the schema and refused as not built', () => {
  const built = [...unbuilt].filter((path) => {
    const keys = path
      .split('.')
      .flatMap((key): (string | number)[] => (key.endsWith('[]') ? [key.slice(0, -2), 0] : [key]))
    return keysAt(fileSchema, keys.slice(0, -1)).includes(String(keys.at(-1)))
  })
  expect(built).toEqual([])
})

function sectionOf(name: string): Node {
  const node = schema.$defs?.[name]
  return node?.anyOf?.find(({ properties: inner }) => inner !== undefined) ?? node ?? {}
}

function policyOf(route: unknown): unknown {
  const loaded = loadConfig(JSON.stringify({ origin: 'http://api', routes: [route] }), {
    file: 'p.yaml',
    env: {},
  })
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.errors))
  return loaded.config.routes[0]?.policy
}

function editorAccepts(file: unknown): boolean {
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]).safeParse(file).success
}
