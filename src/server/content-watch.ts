// Notices a client that stops sending the content it announced, or sends it at a crawl.
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../base/clock.ts'

export interface ContentPace {
  /** The span that is looked at. */
  readonly bodyIdleMs: number
  /** Bytes per second that have to come within it; 0: a single byte will do. */
  readonly bodyRate: number
}

/**
 * Calls `stalled` when too little has come within a span that began and ended with weir ready to take more, so that
 * content which waits here because the origin is slow is not the client's fault.
 */
export function watchContent(
  request: IncomingMessage,
  clock: Clock,
  { bodyIdleMs, bodyRate }: ContentPace,
  stalled: () => void,
): void {
  const { socket } = request
  const leastBytes = Math.max(1, (bodyRate * bodyIdleMs) / 1000)
  let seen = socket.bytesRead
  let wasReady = true
  const look = (): void => {
    if (request.complete || socket.destroyed) return
    const isReady = request.readableLength === 0
    const isStalled = wasReady && isReady && socket.bytesRead - seen < leastBytes
    seen = socket.bytesRead
    wasReady = isReady
    if (isStalled) stalled()
    else timer = clock.after(bodyIdleMs, look)
  }
  let timer = clock.after(bodyIdleMs, look)
  request.once('close', () => timer.cancel())
}
