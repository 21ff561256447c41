// Real origins on port 0 that answer as a test says: one that speaks HTTP, one that speaks bytes.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { gate } from './barrier.ts'

/** What the origin has seen of one request; it grows while the request comes in. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  /** Name, value, name, value … as received. */
  readonly rawHeaders: readonly string[]
  body: Buffer
  /** The whole request came, the end of its content included. */
  complete: boolean
  /** The connection broke before the request was complete. */
  aborted: boolean
  /** Settles when the request is complete or aborted. */
  readonly finished: Promise<void>
}

export type OriginHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest,
) => void | Promise<void>

interface Closable {
  readonly port: number
  readonly url: string
  /** How many connections have been accepted. */
  readonly connections: () => number
  /** Destroys every connection and stops listening. */
  readonly close: () => Promise<void>
}

export interface ScriptedOrigin extends Closable {
  readonly requests: readonly SeenRequest[]
  /** How many requests had this path, whatever their query. */
  count(path: string): number
}

/** Starts an HTTP origin: one handler for all, or one for each path (404 elsewhere). */
export async function scriptedOrigin(
  script: OriginHandler | Record<string, OriginHandler>,
): Promise<ScriptedOrigin> {
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const seen = observe(request)
    requests.push(seen)
    const handler = typeof script === 'function' ? script : script[pathOf(seen.url)]
    if (handler) void handler(request, response, seen)
    else response.writeHead(404).end()
  })
  return {
    requests,
    count: (path) => requests.filter((seen) => pathOf(seen.url) === path).length,
    ...(await listen(server)),
  }
}

/** One accepted connection of a raw origin. */
export interface RawConnection {
  readonly socket: Socket
  /** 0 for the first connection, 1 for the second … */
  readonly index: number
  /** Everything received so far, as latin1. */
  received(): string
  /** Settles with everything received once it contains `text`; rejects when the connection closes before. */
  until(text: string): Promise<string>
  /** Writes bytes (strings as latin1). */
  write(bytes: string | Uint8Array): void
  /** Sends RST instead of FIN. */
  reset(): void
  readonly closed: Promise<void>
}

/** Starts an origin at byte level, for malformed, stalled and broken answers. */
export async function rawOrigin(
  script: (connection: RawConnection) => void | Promise<void>,
): Promise<Closable> {
  let index = 0
  const server = createTcpServer((socket) => {
    // A script may be left waiting for bytes when its test is over.
    Promise.resolve(script(rawConnection(socket, index++))).catch((error: unknown) => {
      if (!(error instanceof ConnectionClosed)) throw error
    })
  })
  return listen(server)
}

class ConnectionClosed extends Error {}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!
}

function observe(request: IncomingMessage): SeenRequest {
  const end = gate()
  const seen: SeenRequest = {
    method: request.method!,
    url: request.url!,
    rawHeaders: request.rawHeaders,
    body: Buffer.alloc(0),
    complete: false,
    aborted: false,
    finished: end.opened,
  }
  request.on('data', (chunk: Buffer) => (seen.body = Buffer.concat([seen.body, chunk])))
  request.on('end', () => {
    seen.complete = true
    end.open()
  })
  request.on('error', () => undefined)
  request.on('close', () => {
    seen.aborted = !seen.complete
    end.open()
  })
  return seen
}

function rawConnection(socket: Socket, index: number): RawConnection {
  let received = ''
  const closed = gate()
  const waiting = new Set<() => void>()
  const notify = (): void => waiting.forEach((check) => check())
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    notify()
  })
  socket.on('close', () => {
    closed.open()
    notify()
  })
  return {
    socket,
    index,
    received: () => received,
    until(text) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!received.includes(text) && !socket.closed) return
          waiting.delete(check)
          if (received.includes(text)) resolve(received)
          else
            reject(
              new ConnectionClosed(
                `closed before ${JSON.stringify(text)}; received ${JSON.stringify(received)}`,
              ),
            )
        }
        waiting.add(check)
        check()
      })
    },
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    reset: () => void socket.resetAndDestroy(),
    closed: closed.opened,
  }
}

async function listen(server: Server): Promise<Closable> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
