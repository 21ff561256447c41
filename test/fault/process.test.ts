// weir as a process: bugs, signals, a log that cannot be written, and file descriptors that run out.
import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { onTestFinished, test, expect } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { rawClient, request } from '../kit/raw-client.ts'
import { scriptedOrigin, type OriginHandler } from '../kit/scripted-origin.ts'

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

interface How {
  readonly stdout?: 'pipe' | number
  /** Limits of the shell that becomes the process. */
  readonly limits?: string
}

/** Starts the program in front of an origin, and waits until it listens. */
async function running(script: OriginHandler, { stdout = 'pipe', limits = '' }: How = {}): Promise<Running> {
  const origin = await scriptedOrigin(script)
  onTestFinished(origin.close)
  const [port, managePort] = [await freePort(), await freePort()]
  const bug = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("a bug")})'
  const config = `listen: 127.0.0.1:${port}\nmanage: { listen: 127.0.0.1:${managePort} }\norigin: ${origin.url}\nlog: { requests: all }`
  const file = join(await mkdtemp(join(tmpdir(), 'weir-')), 'proxy.yaml')
  await writeFile(file, config)
  const program = `${limits} exec "$0" --import '${bug}' src/cli.ts serve --config ${file}`
  const child = spawn('sh', ['-c', program, process.execPath], { stdio: ['ignore', stdout, 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await eventually(() => isListening(port))
  return { child, port }
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

function isListening(port: number): Promise<boolean> {
  return rawClient(port).then(
    (client) => {
      client.destroy()
      return true
    },
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const answering: OriginHandler = (_, response) => void response.end('ok')

/** Answers the head at once and the rest when the gate opens. */
function held(): { handler: OriginHandler; begun: Promise<void>; open: () => void } {
  const [begun, go] = [gate(), gate()]
  const handler: OriginHandler = async (_, response) => {
    response.write('begun ')
    begun.open()
    await go.opened
    response.end('and finished')
  }
  return { handler, begun: begun.opened, open: () => go.open() }
}

test.each([
  ['SIGTERM', 0],
  ['SIGUSR2', 1],
] as const)(
  'what is under way must be finished after %s, and the exit code be %s',
  async (signal, expected) => {
    const { handler, begun, open } = held()
    const { child, port } = await running(handler)
    const answer = request({ port, path: '/' })
    await begun
    const exited = once(child, 'exit')
    child.kill(signal)
    await eventually(async () => !(await isListening(port)))
    open()
    expect((await answer).body.toString()).toBe('begun and finished')
    expect(await exited).toEqual([expected, null])
  },
)

test('a full disk under the log must not touch requests', async () => {
  const { child, port } = await running(answering, { stdout: openSync('/dev/full', 'w') })
  for (let i = 0; i < 50; i++) expect((await request({ port, path: `/${i}` })).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a closed pipe under the log must not touch requests', async () => {
  const { child, port } = await running(answering)
  child.stdout?.destroy()
  for (let i = 0; i < 50; i++) expect((await request({ port, path: `/${i}` })).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a process out of file descriptors must serve again when there are some', async () => {
  const { port } = await running(answering, { limits: 'ulimit -n 64;' })
  const crowd = await Promise.allSettled(Array.from({ length: 200 }, () => rawClient(port)))
  await new Promise((resolve) => setTimeout(resolve, 200))
  for (const each of crowd) if (each.status === 'fulfilled') each.value.destroy()
  const served = (): Promise<boolean> =>
    request({ port, path: '/' }).then(
      ({ status }) => status === 200,
      () => false,
    )
  await eventually(served)
})
