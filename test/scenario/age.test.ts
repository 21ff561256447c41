// Every proxied answer states its age: 0 where it is new, the origin's own where a cache before weir stated one.
import { expect, test } from 'vitest'
import { stage } from '../kit/weir.ts'

const routes = { routes: [{ path: '/kept', cache: '60s' }] }

test('an answer that is new is of age 0, whether it is stored, passed on or a 304', async () => {
  const { weir, clock } = await stage((_, response) => void response.end('x'), routes)
  expect((await weir.get('/kept')).headers).toMatchObject({ 'x-cache': 'MISS', age: '0' })
  expect((await weir.get('/other')).headers).toMatchObject({ 'x-cache': 'BYPASS', age: '0' })
  clock.advance(5_000)
  const hit = await weir.get('/kept')
  expect(hit.headers).toMatchObject({ 'x-cache': 'HIT', age: '5' })
  const unchanged = await weir.get('/kept', { 'If-None-Match': String(hit.headers.etag) })
  expect([unchanged.status, unchanged.headers.age]).toEqual([304, '5'])
})

test('the age that a cache before weir stated is passed on', async () => {
  const { weir } = await stage((_, response) => void response.setHeader('Age', '7').end('x'), routes)
  expect((await weir.get('/kept')).headers.age).toBe('7')
  expect((await weir.get('/other')).headers.age).toBe('7')
})

test('an error of weir’s own is new', async () => {
  const { weir } = await stage((request) => void request.socket.destroy(), {
    routes: [{ path: '/kept', cache: '60s', retry: { attempts: 0 } }],
  })
  const { status, headers } = await weir.get('/kept')
  expect([status, headers.age]).toEqual([502, '0'])
})
