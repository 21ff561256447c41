// A soft invalidation: what is stored is stale at once, and stays to be validated or to stand in for an error.
import { expect, test } from 'vitest'
import { stage } from '../kit/weir.ts'

const cache = { ttl: '60s', staleIfError: '10m', staleWhileRevalidate: '10m', tags: ['items', 'item-:id'] }

function softly(soft: boolean): { routes: object[] } {
  return {
    routes: [
      { path: '/items/:id', methods: ['GET'], cache },
      { path: '/items/:id/touch', methods: ['POST'], invalidates: { targets: ['item-:id'], soft } },
    ],
  }
}

test.each([
  [true, 'REVALIDATED'],
  [false, 'MISS'],
])('where soft is %s the next read is a %s, and no read before it is stale', async (soft, expected) => {
  const { weir, origin } = await stage((request, response) => {
    response.setHeader('ETag', '"v1"')
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
    else response.end('one')
  }, softly(soft))
  await weir.get('/items/1')
  await weir.get('/items/11')
  await weir.request({ method: 'POST', path: '/items/1/touch' })
  const after = await weir.get('/items/1')
  expect([after.headers['x-cache'], after.body.toString()]).toEqual([expected, 'one'])
  // Tags match exactly: item-11 is not item-1.
  expect((await weir.get('/items/11')).headers['x-cache']).toBe('HIT')
  expect(origin.count('/items/1')).toBe(2)
})

test.each([
  [true, 200],
  [false, 500],
])('where soft is %s and the origin fails, the answer is %i', async (soft, status) => {
  let failing = false
  const { weir } = await stage((request, response) => {
    if (failing && request.method === 'GET') response.writeHead(500).end()
    else response.end('one')
  }, softly(soft))
  await weir.get('/items/1')
  await weir.request({ method: 'POST', path: '/items/1/touch' })
  failing = true
  const after = await weir.get('/items/1')
  expect(after.status).toBe(status)
  if (soft) expect(after.headers['x-cache']).toBe('STALE')
})
