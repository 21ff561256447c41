// Queries that a response says mean the same are answered from one stored response (No-Vary-Search).
import { expect, test } from 'vitest'
import { stage, type Stage } from '../kit/weir.ts'

const obeying = { routes: [{ path: '/*', cache: {} }] }

/** Answers with its own query, and says this of queries. */
function saying(noVarySearch: string): Promise<Stage> {
  return stage((request, response) => {
    response.setHeader('Cache-Control', 'max-age=60').setHeader('No-Vary-Search', noVarySearch)
    response.end(request.url)
  }, obeying)
}

const cacheOf = async ({ weir }: Stage, path: string): Promise<unknown> =>
  (await weir.get(path)).headers['x-cache']

test.each<[string, string, string, boolean]>([
  ['params=("utm")', '/a?id=1&utm=x', '/a?id=1', true],
  ['params=("utm")', '/a?id=1&utm=x', '/a?utm=y&id=1', true],
  ['params=("utm")', '/a?id=1&utm=x', '/a?id=2&utm=x', false],
  ['params=("utm")', '/a?utm=x', '/a', true],
  ['params=("utm")', '/a?id=1&utm=x', '/b?id=1', false],
  ['params, except=("id")', '/a?id=1&x=1', '/a?y=2&id=1', true],
  ['params, except=("id")', '/a?id=1&x=1', '/a?id=2', false],
  ['key-order', '/a?x=1&y=2', '/a?y=2&x=1', true],
  ['key-order', '/a?x=1&y=2', '/a?y=2', false],
  ['params=utm', '/a?utm=x', '/a?utm=y', false],
])('%s: %s stored, %s asked for', async (said, stored, asked, answered) => {
  const on = await saying(said)
  await on.weir.get(stored)
  const { headers, body } = await on.weir.get(asked)
  expect([headers['x-cache'], body.toString()]).toEqual(answered ? ['HIT', stored] : ['MISS', asked])
})

test('a write to any of the queries ends what is stored for all of them', async () => {
  const on = await saying('params=("utm")')
  await on.weir.get('/a?id=1&utm=x')
  expect(await cacheOf(on, '/a?id=1&utm=y')).toBe('HIT')
  await on.weir.request({ method: 'POST', path: '/a?id=1&utm=y' })
  expect(await cacheOf(on, '/a?id=1&utm=y')).toBe('MISS')
})

test('one user’s answer is not another’s, whatever their queries', async () => {
  const on = await saying('params')
  await on.weir.get('/a?x=1', { Authorization: 'Bearer 1' })
  expect((await on.weir.get('/a?x=2', { Authorization: 'Bearer 2' })).headers['x-cache']).toBe('MISS')
  expect(await cacheOf(on, '/a?x=3')).toBe('MISS')
})

test('what is stored for the very query is what answers it', async () => {
  const on = await saying('params=("utm")')
  await on.weir.get('/a?utm=1')
  await on.weir.get('/a?utm=2', { 'Cache-Control': 'no-cache' })
  expect((await on.weir.get('/a?utm=1')).body.toString()).toBe('/a?utm=1')
  expect((await on.weir.get('/a?utm=2')).body.toString()).toBe('/a?utm=2')
})
