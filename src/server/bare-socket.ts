// An answer on a socket for which node:http offers no response.
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { problemAnswer } from '../http/problem.ts'
import { endAndLinger } from './linger.ts'
import type { ParserProblem } from './parser-problem.ts'

/** Writes the problem as a last answer and ends the connection. */
export function endWithProblem(socket: Duplex, clock: Clock, { status, code, detail }: ParserProblem): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { statusText, fields, body } = problemAnswer({ status, code, detail, retryAfterSeconds: null })
  const lines = [`HTTP/1.1 ${status} ${statusText}`, 'Connection: close']
  for (let i = 0; i < fields.length; i += 2) lines.push(`${fields[i] ?? ''}: ${fields[i + 1] ?? ''}`)
  socket.on('error', () => socket.destroy())
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
  endAndLinger(socket, clock)
}
