// Redis servers of the tests' own: on free ports, with nothing on disk, one alone, with Sentinel, or as a Cluster.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import { installed } from './installed.ts'

export interface RedisServer {
  readonly port: number
  /** For cache.redis. */
  readonly url: string
  /** For the test's own questions; it may be used while the server is there. */
  readonly client: Redis
  /** SIGKILL: it is gone at once. */
  kill(): Promise<void>
  /** SIGSTOP: its port is open, and it answers nothing. */
  freeze(): void
  thaw(): void
  /** On the same port, with nothing in it. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const missing = 'the tests need Redis: install the package "redis-server" (redis-server is not on the PATH)'

/** Starts an empty server. @param settings as in redis.conf, such as `['--maxmemory', '10mb']` */
export async function startRedis(settings: readonly string[] = [], port?: number): Promise<RedisServer> {
  return startServer(installed(findRedis, 'redis-server', missing), settings, port ?? (await freePort()))
}

/** Three primaries that share the slots; the url is that of the first. */
export async function startRedisCluster(): Promise<{
  servers: readonly RedisServer[]
  stop(): Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-redis-'))
  const servers = await Promise.all(
    [0, 1, 2].map(async (index) => {
      const nodes = join(folder, `nodes-${index}.conf`)
      const cluster = [
        '--cluster-enabled',
        'yes',
        '--cluster-config-file',
        nodes,
        '--cluster-node-timeout',
        '2000',
      ]
      return startRedis([...cluster, '--cluster-require-full-coverage', 'no'], await portBelow(50_000))
    }),
  )
  const [first] = servers as [RedisServer]
  for (const [index, { client }] of servers.entries()) {
    const from = Math.floor((16_384 / 3) * index)
    const to = Math.floor((16_384 / 3) * (index + 1)) - 1
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
    if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', first.port)
  }
  for (const { client } of servers) {
    await eventually(async () => {
      const info = String(await client.call('CLUSTER', 'INFO'))
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384')
    })
  }
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  return { servers, stop }
}

export interface SentinelSet {
  readonly primary: RedisServer
  readonly replica: RedisServer
  /** For cache.redis, with mode sentinel. */
  readonly url: string
  stop(): Promise<void>
}

/** A primary, its replica, and one Sentinel that puts the replica in its place within a second or two. */
export async function startSentinel(): Promise<SentinelSet> {
  const primary = await startRedis(['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0'])
  const replica = await startRedis(['--replicaof', `127.0.0.1 ${primary.port}`])
  await eventually(async () => (await replica.client.info('replication')).includes('master_link_status:up'))
  const folder = mkdtempSync(join(tmpdir(), 'weir-sentinel-'))
  const port = await freePort()
  const config = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    `dir ${folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds mymaster 500',
    'sentinel failover-timeout mymaster 2000',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const sentinel = await startServer(installed(findRedis, 'redis-server', missing), [], port, [
    config,
    '--sentinel',
  ])
  await eventually(
    async () => String(await sentinel.client.call('SENTINEL', 'replicas', 'mymaster')).length > 0,
  )
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel.stop(), primary.stop(), replica.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
  return { primary, replica, url: `redis://127.0.0.1:${port}`, stop }
}

async function startServer(
  binary: string,
  settings: readonly string[],
  port: number,
  ownArguments?: readonly string[],
): Promise<RedisServer> {
  const quiet = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const run = (): ChildProcess =>
    spawn(binary, [...(ownArguments ?? [...quiet, ...settings])], { stdio: 'ignore', cwd: tmpdir() })
  let server = run()
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  await client.ping()
  const end = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    kill: end,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async restart() {
      await end()
      server = run()
      await client.ping()
    },
    async stop() {
      client.disconnect()
      await end()
    },
  }
}

function findRedis(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const names = folders.flatMap((folder) =>
    ['redis-server', 'valkey-server'].map((name) => join(folder, name)),
  )
  return names.find((path) => existsSync(path)) ?? null
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The nodes of a Cluster also listen on their port plus 10,000. */
async function portBelow(limit: number): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port < limit) return port
  }
}

/** Asks until the answer is yes, for what another process does in its own time. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
