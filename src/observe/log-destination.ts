// Standard output as the log's destination: a full disk or a closed pipe costs lines, and never a request.
import { pino } from 'pino'

/** What may wait to be written; lines beyond it are dropped, so that a log that is stuck does not fill the memory. */
const mostBytes = 4 * 1024 * 1024

export type LogDestination = ReturnType<typeof pino.destination>

export function standardOutput(): LogDestination {
  const destination = pino.destination({ fd: 1, sync: false, maxLength: mostBytes })
  // There is nowhere to say it; the next line tries again.
  destination.on('error', () => undefined)
  // Called at a fatal line and at exit, it would try for ever where the disk is full; `finishLog` does its work.
  destination.flushSync = () => undefined
  return destination
}

const lastMs = 1_000

/** Ends the log with what still waits, as far as that can be written; settles in any case, and soon. */
export function finishLog(destination: LogDestination): Promise<void> {
  return new Promise((resolve) => {
    destination.once('close', resolve)
    destination.once('error', () => resolve())
    setTimeout(resolve, lastMs)
    destination.end()
  })
}
