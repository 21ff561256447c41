// Notices a client that stops sending the content it announced.
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../base/clock.ts'

/**
 * Calls `stalled` when no byte has come for `idleMs` (at the most twice that) although weir is ready to take
 * more. Content that waits here because the origin is slow is not the client's fault.
 */
export function watchContent(
  request: IncomingMessage,
  clock: Clock,
  idleMs: number,
  stalled: () => void,
): void {
  const { socket } = request
  let seen = socket.bytesRead
  const look = (): void => {
    if (request.complete || socket.destroyed) return
    const isStalled = socket.bytesRead === seen && request.readableLength === 0
    seen = socket.bytesRead
    if (isStalled) stalled()
    else timer = clock.after(idleMs, look)
  }
  let timer = clock.after(idleMs, look)
  request.once('close', () => timer.cancel())
}
