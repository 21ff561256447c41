// weir serve: runs until it is told to stop.
import { watchFile } from 'node:fs'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { type App, startApp } from '../app.ts'
import { formatErrors } from '../config/errors.ts'
import { configFromFlags, type Loaded, readConfig } from '../config/load.ts'
import type { WeirConfig } from '../config/model.ts'
import { createLog } from '../observe/log.ts'
import { finishLog, standardOutput } from '../observe/log-destination.ts'
import { systemClock } from '../system-clock.ts'

/** Where the configuration comes from. */
export type Source = { readonly file: string } | { readonly origin: string; readonly listen?: string }

/** How long requests in progress may take to finish after a signal to stop. */
const GRACE_MS = 10_000

/** Starts weir from a file or from flags; the exit code is 1 if the configuration is wrong. */
export async function serve(source: Source): Promise<number | null> {
  const read = (): Promise<Loaded> =>
    'file' in source ? readConfig(source.file, process.env) : Promise.resolve(configFromFlags(source))
  const loaded = await read()
  if (loaded.kind === 'invalid') {
    process.stderr.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  const app = await run(loaded.config, loaded.warnings, { readConfig: read })
  process.on('SIGHUP', () => void app.reload())
  // By its status, a second at a time: editors and container platforms replace files rather than write them.
  if ('file' in source) watchFile(source.file, { interval: 1000, persistent: false }, () => void app.reload())
  return null
}

export interface RunOptions {
  /** Called when all is closed. */
  readonly stopped?: () => void
  /** Reads the configuration again, for a reload. */
  readonly readConfig?: () => Promise<Loaded>
}

/** Runs weir with this configuration until a signal. */
export async function run(
  config: WeirConfig,
  warnings: readonly string[],
  { stopped = () => undefined, readConfig }: RunOptions = {},
): Promise<App> {
  const destination = standardOutput()
  const log = createLog(config.log.level, destination)
  for (const warning of warnings) log.warn(warning)
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const ports = { clock: systemClock, log, random: Math.random, registry }
  const app = await startApp(config, { ...ports, ...(readConfig && { readConfig }) })
  log.info(
    { listen: app.data, manage: app.manage, origin: config.origin.url, routes: config.routes.length },
    'weir is listening',
  )

  let stopping = false
  const stop = (why: string, code: number): void => {
    if (stopping) process.exit(code === 0 ? 1 : code)
    stopping = true
    log.info({ why }, 'weir is stopping')
    void app.stop(GRACE_MS).finally(async () => {
      stopped()
      log.info('weir has stopped')
      await finishLog(destination)
      process.exit(code)
    })
  }
  process.on('SIGTERM', () => stop('SIGTERM', 0))
  process.on('SIGINT', () => stop('SIGINT', 0))
  // A process with a bug in an unknown state must not go on serving: finish what runs, then leave it to be restarted.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error')
    stop('uncaught error', 1)
  })
  return app
}
