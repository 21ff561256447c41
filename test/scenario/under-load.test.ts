// weir as a process of its own, under load: reloads and the end disturb nobody.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { scriptedOrigin } from '../kit/scripted-origin.ts'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const body = 'x'.repeat(20_000)
const CLIENTS = 20

interface Process {
  readonly child: ChildProcess
  readonly url: string
  readonly manage: string
  /** Writes the configuration file; `ttl` may be nonsense. */
  readonly configure: (ttl: string) => void
}

async function started(): Promise<Process> {
  const origin = await scriptedOrigin((request, response) => {
    setTimeout(() => response.end(body), request.url?.startsWith('/slow') === true ? 50 : 0)
  })
  onTestFinished(origin.close)
  const folder = mkdtempSync(join(tmpdir(), 'weir-load-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'proxy.yaml')
  const configure = (ttl: string): void =>
    writeFileSync(
      file,
      `listen: 127.0.0.1:0\norigin: ${origin.url}\nmanage: { listen: 127.0.0.1:0 }\nlog: { requests: none }\n` +
        `routes:\n  - { path: /slow/*, cache: off }\n  - { path: /*, cache: ${ttl} }\n`,
    )
  configure('60s')
  const child = spawn(process.execPath, [cli, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()))
  await expect.poll(() => printed, { timeout: 20_000 }).toContain('weir is listening')
  const [, data = '', manage = ''] =
    /"listen":\{[^}]*"port":(\d+)\},"manage":\{[^}]*"port":(\d+)/.exec(printed) ?? []
  return { child, configure, url: `http://127.0.0.1:${data}`, manage: `http://127.0.0.1:${manage}` }
}

interface Load {
  readonly answers: number
  /** What went wrong, other than that nobody listens any more. */
  readonly broken: readonly string[]
}

/** Clients that ask again as soon as they are answered, until `isOver`, or nobody listens any more. */
async function load(url: string, path: (index: number) => string, isOver: () => boolean): Promise<Load> {
  const pool = new Pool(url, { connections: CLIENTS })
  onTestFinished(() => pool.destroy())
  const broken: string[] = []
  let answers = 0
  const client = async (): Promise<void> => {
    while (!isOver()) {
      try {
        const answer = await pool.request({ path: path(answers), method: 'GET' })
        const text = await answer.body.text()
        answers += 1
        if (answer.statusCode !== 200 || text !== body)
          broken.push(`${answer.statusCode}, ${text.length} bytes`)
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException
        if (code === 'ECONNREFUSED') return
        broken.push(`${code} ${message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return { answers, broken }
}

test('100 reloads, half of them of broken files, lose and break no request', async () => {
  const { url, manage, configure, child } = await started()
  let isOver = false
  const loading = load(
    url,
    (index) => (index % 5 === 0 ? `/slow/${index}` : `/list/${index % 50}`),
    () => isOver,
  )
  const statuses: number[] = []
  for (let i = 0; i < 100; i++) {
    configure(i % 2 === 0 ? `${10 + i}s` : 'nonsense')
    if (i % 10 === 0) child.kill('SIGHUP')
    statuses.push((await fetch(`${manage}/health/config/reload`, { method: 'POST' })).status)
  }
  isOver = true
  const { answers, broken } = await loading
  expect(broken).toEqual([])
  expect(answers).toBeGreaterThan(100)
  expect(statuses.filter((status) => status === 200)).toHaveLength(50)
  expect(statuses.filter((status) => status === 422)).toHaveLength(50)
}, 60_000)

test('SIGTERM under load breaks no answer', async () => {
  const { url, child } = await started()
  const loading = load(
    url,
    (index) => `/slow/${index}`,
    () => false,
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number | null]
  const { answers, broken } = await loading
  expect(broken).toEqual([])
  expect(answers).toBeGreaterThan(CLIENTS)
  expect(code).toBe(0)
}, 60_000)

test('a file that changes is reloaded without being asked', async () => {
  const { manage, configure } = await started()
  configure('7s')
  const ttl = async (): Promise<unknown> => {
    const config = (await (await fetch(`${manage}/health/config`)).json()) as {
      routes: { policy: { cache: { ttlMs: number } | null } }[]
    }
    return config.routes[1]?.policy.cache?.ttlMs
  }
  await expect.poll(ttl, { timeout: 10_000 }).toBe(7000)
})
