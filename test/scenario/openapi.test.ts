// The description of the management API says what its endpoints answer.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cachingAll, stage, type TestWeir } from '../kit/weir.ts'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: { readonly Problem: object } }
}

/** What to ask each operation so that it answers as described; others are asked without anything. */
const questions: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
  'POST /health/cache/purge': { body: { url: '/a', soft: true } },
  'POST /health/cache/explain': {
    body: { method: 'GET', url: '/a', headers: { Accept: 'text/plain' }, answer: { status: 200 } },
  },
  'GET /health/cache/explain': { query: '?url=/a' },
  'GET /health/cache/entries': { query: '?prefix=/&limit=1' },
}

async function used(): Promise<TestWeir> {
  const { weir } = await stage(
    (_, response) => void response.setHeader('Vary', 'Accept').end('body'),
    cachingAll,
  )
  for (const path of ['/a', '/a', '/b']) await weir.get(path)
  return weir
}

async function describeApi(weir: TestWeir): Promise<Description> {
  return (await weir.manage('/openapi.json')).json as Description
}

/** What of an answer does not fit its schema; empty: it fits. */
function misfits(schema: object, value: unknown): string {
  const read = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value)
  return read.success ? '' : z.prettifyError(read.error)
}

test('every real answer is as described, for every operation', async () => {
  const weir = await used()
  const { openapi, paths } = await describeApi(weir)
  expect(openapi).toBe('3.1.0')
  const ids = new Set<string>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { operationId, responses }] of Object.entries(operations)) {
      ids.add(operationId)
      const name = `${method.toUpperCase()} ${path}`
      const { query = '', body } = questions[name] ?? {}
      const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const asked = {
        method: method.toUpperCase(),
        headers,
        body: body === undefined ? '' : JSON.stringify(body),
      }
      const answer = await weir.manage(path + query, asked)
      const described = responses[String(answer.status)]?.content ?? {}
      const [type = ''] = (answer.headers['content-type'] ?? '').split(';')
      expect([name, Object.keys(described)]).toEqual([name, [type]])
      const value = answer.json ?? answer.body.toString()
      expect([name, misfits(described[type]?.schema ?? {}, value)]).toEqual([name, ''])
    }
  }
  expect(ids.size).toBe(Object.values(paths).flatMap(Object.keys).length)
})

describe('a problem is as described', () => {
  test.each([
    ['GET', '/health/cache/entries?limit=0', 400],
    ['POST', '/health/cache/purge', 415],
    ['GET', '/nowhere', 404],
    ['POST', '/health/live', 405],
  ])('%s %s', async (method, path, status) => {
    const weir = await used()
    const answer = await weir.manage(path, { method })
    expect(answer.status).toBe(status)
    expect(misfits((await describeApi(weir)).components.schemas.Problem, answer.json)).toBe('')
  })
})
