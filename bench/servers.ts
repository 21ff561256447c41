// The two servers under measurement, each in a process of its own: the bare origin, and weir in front of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface RunningServer {
  readonly url: string
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>
}

const startDeadlineMs = 15_000
const pollMs = 50

/** Starts the bare server on a free port. */
export async function startOrigin(): Promise<RunningServer> {
  const script = fileURLToPath(new URL('origin.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: line.toString().trim(), stop: () => stopProcess(child) }
}

/** Starts weir from `cli` in front of `originUrl`; its log is written, as in service, and thrown away. */
export async function startWeir(cli: string, originUrl: string): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const config = join(folder, 'proxy.yaml')
  const listen = `127.0.0.1:${await freePort()}`
  await writeFile(config, configuration(listen, `127.0.0.1:${await freePort()}`, originUrl))
  const child = spawn(process.execPath, [cli, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = async (): Promise<void> => {
    await stopProcess(child)
    await rm(folder, { recursive: true })
  }
  const url = `http://${listen}`
  try {
    await untilAnswering(child, url)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

/** Default settings, a memory small enough that the misses also pay for eviction. */
function configuration(listen: string, manage: string, originUrl: string): string {
  return `listen: ${listen}
origin: ${originUrl}
manage: { listen: "${manage}" }
cache: { memory: 64MiB }
routes:
  - path: /hit
    cache: 1h
  - path: /miss
    cache: 1h
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilAnswering(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + startDeadlineMs
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`weir ended with exit code ${child.exitCode} before it answered`)
    const response = await fetch(url).catch(() => null)
    await response?.arrayBuffer()
    if (response?.ok) return
    await delay(pollMs)
  }
  throw new Error(`weir did not answer at ${url} within ${startDeadlineMs} ms`)
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
