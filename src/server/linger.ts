// The end of a connection on which a client may still be sending.
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'

const LINGER_MS = 2_000
const LINGER_BYTES = 1024 * 1024

/**
 * Ends the connection so that the last answer can be read: closing over bytes that were not read resets it, and
 * takes the answer along (RFC 9112 §9.6). What still comes is read and dropped, for a while and up to an amount.
 */
export function endAndLinger(socket: Duplex, clock: Clock): void {
  if (socket.destroyed) return
  let bytes = 0
  const timer = clock.after(LINGER_MS, () => socket.destroy())
  socket.once('close', () => timer.cancel())
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (bytes > LINGER_BYTES) socket.destroy()
  })
  socket.end()
  socket.resume()
}
