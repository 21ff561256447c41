// weir serve: runs until it is told to stop.
import { pino } from 'pino'
import { type App, startApp } from '../app.ts'
import { formatErrors } from '../config/errors.ts'
import { configFromFlags, readConfig } from '../config/load.ts'
import type { WeirConfig } from '../config/model.ts'
import { createLog } from '../observe/log.ts'
import { systemClock } from '../system-clock.ts'

/** Where the configuration comes from. */
export type Source = { readonly file: string } | { readonly origin: string; readonly listen?: string }

/** How long requests in progress may take to finish after a signal to stop. */
const GRACE_MS = 10_000

/** Starts weir from a file or from flags; the exit code is 1 if the configuration is wrong. */
export async function serve(source: Source): Promise<number | null> {
  const loaded = 'file' in source ? await readConfig(source.file, process.env) : configFromFlags(source)
  if (loaded.kind === 'invalid') {
    process.stderr.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  await run(loaded.config, loaded.warnings)
  return null
}

/** Runs weir with this configuration until a signal, and calls `stopped` when all is closed. */
export async function run(
  config: WeirConfig,
  warnings: readonly string[],
  stopped = (): void => undefined,
): Promise<App> {
  const destination = pino.destination({ fd: 1, sync: false })
  const log = createLog(config.log.level, destination)
  for (const warning of warnings) log.warn(warning)
  const app = await startApp(config, { clock: systemClock, log, random: Math.random })
  log.info(
    { listen: app.data, manage: app.manage, origin: config.origin.url, routes: config.routes.length },
    'weir is listening',
  )

  let stopping = false
  const stop = (why: string, code: number): void => {
    if (stopping) process.exit(code === 0 ? 1 : code)
    stopping = true
    log.info({ why }, 'weir is stopping')
    void app.stop(GRACE_MS).finally(() => {
      stopped()
      log.info('weir has stopped')
      destination.flushSync()
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
