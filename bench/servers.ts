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

export interface RunningWeir extends RunningServer {
  readonly manageUrl: string
  readonly pid: number
}

/** Starts weir from `cli` in front of `originUrl`, with settings for the three cases. */
export function startWeir(cli: string, originUrl: string): Promise<RunningWeir> {
  return startConfiguredWeir(cli, (listen, manage) => configuration(listen, manage, originUrl))
}

/**
 * Starts weir from `cli` on free ports; its log is written, as in service, and thrown away. @param configure gives the
 * configuration's text for the addresses of its two listeners
 */
export async function startConfiguredWeir(
  cli: string,
  configure: (listen: string, manage: string) => string,
): Promise<RunningWeir> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const config = join(folder, 'proxy.yaml')
  const listen = `127.0.0.1:${await freePort()}`
  const manage = `127.0.0.1:${await freePort()}`
  await writeFile(config, configure(listen, manage))
  const child = spawn(process.execPath, [cli, 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = async (): Promise<void> => {
    await stopProcess(child)
    await rm(folder, { recursive: true })
  }
  try {
    // The management listener says whether weir is there without asking the origin for anything.
    await untilAnswering(child, `http://${manage}/health/ready`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://${listen}`, manageUrl: `http://${manage}`, pid: child.pid!, stop }
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

/** Asks the process to end, and waits until it has. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
