// The management listener over HTTP: what it offers, to whom, and what it makes of bad input.
import { describe, expect, test } from 'vitest'
import { request } from '../kit/raw-client.ts'
import { type Sections, stage, type TestWeir } from '../kit/weir.ts'

const routes = [
  { path: '/list/:id', methods: ['GET', 'HEAD'], cache: { ttl: '60s', tags: ['lists', 'list-:id'] } },
  { path: '/*', methods: ['GET', 'HEAD'], cache: '60s' },
]

const sections: Sections = { routes }

/** Posts JSON to the management port. */
function post(weir: TestWeir, path: string, body: unknown, headers = {}): ReturnType<TestWeir['manage']> {
  const json = { 'Content-Type': 'application/json', ...headers }
  return weir.manage(path, { method: 'POST', headers: json, body: JSON.stringify(body) })
}

async function filled(paths: readonly string[], headers = {}): Promise<TestWeir> {
  const { weir } = await stage((_, response) => void response.end('body'), sections)
  for (const path of paths) await weir.get(path, headers)
  return weir
}

async function outcomes(weir: TestWeir, paths: readonly string[]): Promise<unknown[]> {
  const found = []
  for (const path of paths) found.push((await weir.get(path)).headers['x-cache'])
  return found
}

describe('a purge', () => {
  const paths = ['/list/1', '/list/2', '/list/1?page=2', '/other']

  test.each([
    ['of a path meets that path and query alone', { url: '/list/1' }, 1, ['MISS', 'HIT', 'HIT', 'HIT']],
    ['of a prefix meets all that begin so', { prefix: '/list/1' }, 2, ['MISS', 'HIT', 'MISS', 'HIT']],
    ['of a tag meets what carries it', { tag: 'lists' }, 3, ['MISS', 'MISS', 'MISS', 'HIT']],
    ['of a tag with a path parameter meets that one', { tag: 'list-2' }, 1, ['HIT', 'MISS', 'HIT', 'HIT']],
    ['of what is not stored meets nothing', { url: '/none' }, 0, ['HIT', 'HIT', 'HIT', 'HIT']],
  ])('%s', async (_, body, removed, expected) => {
    const weir = await filled(paths)
    const answer = await post(weir, '/health/cache/purge', body)
    expect(answer.json).toEqual({ removed, marked: 0 })
    expect(await outcomes(weir, paths)).toEqual(expected)
  })

  test('of a whole URI meets that host alone', async () => {
    const weir = await filled(['/list/1'])
    await weir.get('/list/1', { Host: 'other.example' })
    const answer = await post(weir, '/health/cache/purge', { url: 'http://other.example/list/1' })
    expect(answer.json).toEqual({ removed: 1, marked: 0 })
    expect(await outcomes(weir, ['/list/1'])).toEqual(['HIT'])
  })

  test('that is soft has the origin confirm what is stored', async () => {
    const { weir } = await stage((request, response) => {
      response.setHeader('ETag', '"1"')
      response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 200).end()
    }, sections)
    await weir.get('/list/1')
    const answer = await post(weir, '/health/cache/purge', { url: '/list/1', soft: true })
    expect(answer.json).toEqual({ removed: 0, marked: 1 })
    const next = await weir.get('/list/1')
    expect(next.headers['x-cache']).toBe('REVALIDATED')
    expect(next.headers['cache-status']).toContain('fwd=stale')
  })
})

describe('the entries', () => {
  test('are shown without keys, page by page, in the order of URIs', async () => {
    const weir = await filled(['/c', '/a', '/b', '/list/7'], { Authorization: 'Bearer hush' })
    await weir.get('/b')
    const seen: { uri: string; credentialed: boolean }[] = []
    let after = ''
    for (let pages = 0; pages < 5; pages++) {
      const page = await weir.manage(`/health/cache/entries?limit=2${after}`)
      const { entries, next } = page.json as { entries: typeof seen; next: string | null }
      expect(page.body.toString()).not.toMatch(/hush|4:user/)
      seen.push(...entries)
      if (next === null) break
      after = `&after=${next}`
    }
    expect(
      seen.map(({ uri, credentialed }) => [uri.slice(uri.lastIndexOf('/', 22)), credentialed]),
    ).toHaveLength(5)
    expect(seen.map(({ uri }) => new URL(uri).pathname)).toEqual(['/a', '/b', '/b', '/c', '/list/7'])
    expect(seen.filter(({ credentialed }) => credentialed)).toHaveLength(4)
  })

  test('say what matters of each, and can be asked for by prefix', async () => {
    const weir = await filled(['/list/7', '/a'])
    const { json } = await weir.manage('/health/cache/entries?prefix=/list')
    expect(json).toMatchObject({
      entries: [
        { tags: ['lists', 'list-7'], credentialed: false, variants: 1, status: 200, age: 0, ttl: 60 },
      ],
      next: null,
    })
  })
})

describe('the configuration is shown', () => {
  test('with its defaults and without its secrets', async () => {
    const { weir } = await stage((_, response) => void response.end(), {
      ...sections,
      manage: { token: 'hush' },
      cache: { secret: 'hush-too' },
    })
    const answer = await weir.manage('/health/config', { headers: { Authorization: 'Bearer hush' } })
    expect(answer.body.toString()).not.toContain('hush')
    expect(answer.json).toMatchObject({
      manage: { token: '[redacted]' },
      cache: { secret: '[redacted]' },
      routes: [{ pattern: '/list/:id', policy: { cache: { ttlMs: 60_000 } } }, { pattern: '/*' }],
    })
  })
})

describe('explain', () => {
  test('says of a request what is stored for it and what would make it a HIT', async () => {
    const weir = await filled(['/list/1'])
    const hit = await weir.manage('/health/cache/explain?url=/list/1')
    expect(hit.json).toMatchObject({
      route: { path: '/list/:id', at: expect.stringMatching(/^test:\d+$/) as string },
      verdict: { cache: 'HIT', reason: 'fresh', cite: 'RFC 9111 §4.2' },
      stored: [
        { selected: true, lifetime: 60, from: expect.stringMatching(/^cache.ttl \(test:\d+\)$/) as string },
      ],
      toHit: [],
    })
    const miss = await weir.manage('/health/cache/explain?url=/list/1%3Fpage=2')
    expect(miss.json).toMatchObject({
      verdict: { cache: 'MISS', reason: 'uri-miss' },
      toHit: [expect.stringContaining('Send the request once'), expect.stringContaining('/list/1.')],
    })
  })

  test('remembers why the last answer was not stored', async () => {
    const { weir } = await stage(
      (_, response) => void response.setHeader('Set-Cookie', 'a=b').end(),
      sections,
    )
    await weir.get('/other')
    const { json } = await weir.manage('/health/cache/explain?url=/other')
    expect(json).toMatchObject({ answer: { which: 'last', stored: false, reason: 'set-cookie' } })
  })

  test('judges an answer that is asked about, and shows no credential', async () => {
    const weir = await filled([])
    const headers = { Authorization: 'Bearer hush', Cookie: 'session=hush' }
    const answer = { status: 200, headers: { 'Cache-Control': 'private' } }
    const asked = await post(weir, '/health/cache/explain', {
      method: 'GET',
      url: '/list/1',
      headers,
      answer,
    })
    expect(asked.body.toString()).not.toContain('hush')
    expect(asked.json).toMatchObject({
      answer: { which: 'asked', stored: false, reason: 'response-private', cite: 'RFC 9111 §5.2.2.7' },
    })
  })

  test.each([
    ['a path with a dot segment', { url: '/a/../b' }, 422],
    ['a URL of no kind', { url: 'a' }, 400],
    ['a method in lower case', { method: 'get', url: '/a' }, 400],
  ])('refuses %s', async (_, question, status) => {
    const weir = await filled([])
    expect((await post(weir, '/health/cache/explain', question)).status).toBe(status)
  })
})

describe('bad input is a problem', () => {
  const json = { 'Content-Type': 'application/json' }

  test.each([
    ['a body that is no JSON', '/health/cache/purge', json, '{', 400, 'body'],
    [
      'a body of another type',
      '/health/cache/purge',
      { 'Content-Type': 'text/plain' },
      '{}',
      415,
      'content-type',
    ],
    ['a body without type', '/health/cache/purge', {}, '{"tag":"a"}', 415, 'content-type'],
    ['an unknown key', '/health/cache/purge', json, '{"tag":"a","what":1}', 400, 'body'],
    ['no target', '/health/cache/purge', json, '{}', 400, 'body'],
    ['two targets', '/health/cache/purge', json, '{"tag":"a","url":"/a"}', 400, 'body'],
    ['a URL of no kind', '/health/cache/purge', json, '{"url":"a"}', 400, 'body'],
    ['a body above 64 KiB', '/health/cache/purge', json, `"${'a'.repeat(65_536)}"`, 413, 'body-too-large'],
    ['a query where none is taken', '/health/cache/clear?all=1', {}, '', 400, 'query'],
  ])('%s', async (_, path, headers, body, status, code) => {
    const weir = await filled(['/a'])
    const answer = await weir.manage(path, { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json).toMatchObject({ status, code })
    expect(await outcomes(weir, ['/a'])).toEqual(['HIT'])
  })

  test.each(['limit=0', 'limit=1001', 'limit=x', 'after=x', 'limit=1&limit=2', 'prefix=a', 'what=1'])(
    'GET /health/cache/entries?%s',
    async (query) => {
      const weir = await filled([])
      const answer = await weir.manage(`/health/cache/entries?${query}`)
      expect(answer.json).toMatchObject({ status: 400, code: 'query' })
    },
  )
})

describe('who may', () => {
  const endpoints = [
    ['GET', '/health/performance'],
    ['POST', '/health/cache/clear'],
    ['POST', '/health/cache/cleanup'],
    ['POST', '/health/cache/purge'],
    ['GET', '/health/cache/entries'],
    ['GET', '/health/config'],
    ['GET', '/health/cache/explain?url=/a'],
    ['GET', '/health/jobs'],
    ['GET', '/metrics'],
    ['POST', '/health/config/reload'],
  ] as const

  test.each(endpoints)('%s %s needs the token where there is one', async (method, path) => {
    const { weir } = await stage((_, response) => void response.end(), { manage: { token: 'hush' } })
    const options = {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: method === 'GET' ? '' : '{"tag":"a"}',
    }
    expect((await weir.manage(path, options)).status).toBe(401)
    expect(
      (await weir.manage(path, { ...options, headers: { ...options.headers, Authorization: 'Bearer no' } }))
        .status,
    ).toBe(401)
    expect(
      (await weir.manage(path, { ...options, headers: { ...options.headers, Authorization: 'Bearer hush' } }))
        .status,
    ).toBe(200)
  })

  test.each(endpoints)(
    '%s %s is refused to a foreign Origin and under a foreign Host',
    async (method, path) => {
      const { weir } = await stage((_, response) => void response.end())
      const foreign = await weir.manage(path, { method, headers: { Origin: 'http://evil.example' } })
      expect(foreign.json).toMatchObject({ status: 403, code: 'foreign-origin' })
      const rebound = await weir.manage(path, { method, headers: { Host: 'evil.example' } })
      expect(rebound.json).toMatchObject({ status: 403, code: 'foreign-host' })
    },
  )

  test.each(endpoints)('%s %s is not answered on the data port', async (method, path) => {
    const { weir, origin } = await stage((_, response) => void response.writeHead(418).end())
    expect((await request({ port: weir.port, method, path })).status).toBe(418)
    expect(origin.count(path.replace(/\?.*/, ''))).toBe(1)
  })
})
