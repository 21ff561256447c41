// WebSocket upgrades: tunnelled to the origin once it has answered 101.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createProxyServer } from 'http-proxy-3'
import type { RequestHead } from '../http/message.ts'
import { originFields } from '../policy/origin-fields.ts'
import { endWithProblem } from './bare-socket.ts'
import type { ParserProblem } from './parser-problem.ts'

export interface Upgrades {
  /** Tunnels a WebSocket, and refuses any other upgrade (RFC 9110 §7.8). */
  serve(request: IncomingMessage, head: RequestHead, socket: Duplex, first: Buffer): void
  /** Tunnels that are open now. */
  readonly open: number
  /** Ends every tunnel. */
  stop(): void
}

export interface UpgradesOptions {
  readonly originUrl: string
  /** The Host the origin is told; null: the one that the client named. */
  readonly originHost: string | null
  readonly connectMs: number
}

export function createUpgrades({ originUrl, originHost, connectMs }: UpgradesOptions): Upgrades {
  const proxy = createProxyServer({ target: originUrl, connectTimeout: connectMs })
  const sockets = new Set<Duplex>()

  return {
    serve(request, head, socket, first) {
      socket.on('error', () => socket.destroy())
      if (!isWebSocket(head)) {
        endWithProblem(socket, notWebSocket)
        return
      }
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      const fields = originFields({ head, cache: null, conditional: [], host: originHost ?? head.authority })
      request.url = head.path + head.query
      request.headers = { ...grouped(fields), connection: 'Upgrade', upgrade: 'websocket' }
      proxy.ws(request, socket, first, {}, () => {
        endWithProblem(socket, notAccepted)
      })
    },
    get open() {
      return sockets.size
    },
    stop() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

const notWebSocket: ParserProblem = {
  status: 501,
  code: 'upgrade',
  detail: 'The only upgrade is a WebSocket, from a GET without content.',
}

const notAccepted: ParserProblem = {
  status: 502,
  code: 'connection_terminated',
  detail: 'The origin did not accept the WebSocket.',
}

function isWebSocket({ method, fields, body, version }: RequestHead): boolean {
  return (
    method === 'GET' &&
    version === '1.1' &&
    body.kind === 'none' &&
    fields.get('upgrade')?.toLowerCase() === 'websocket'
  )
}

/** Field lines as the object that node:http's client takes; repeated names become lists. */
function grouped(fields: readonly string[]): Record<string, string | string[]> {
  const byName = new Map<string, string[]>()
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase()
    byName.set(name, [...(byName.get(name) ?? []), fields[i + 1] ?? ''])
  }
  return Object.fromEntries(
    [...byName].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}
