// WebSocket upgrades: tunnelled to the origin once it has answered 101.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createProxyServer } from 'http-proxy-3'
import type { Clock } from '../base/clock.ts'
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
  readonly clock: Clock
  /** Where the next tunnel goes. */
  readonly originUrl: () => string
  /** The Host the origin is told; null: the one that the client named. */
  readonly originHost: string | null
  readonly connectMs: number
  /** From the request to the end of the answer, where that is no 101. */
  readonly answerMs: number
}

export function createUpgrades(options: UpgradesOptions): Upgrades {
  const { clock, originUrl, originHost, connectMs, answerMs } = options
  const proxy = createProxyServer({ connectTimeout: connectMs })
  const sockets = new Set<Duplex>()
  /** Whose client has been sent something: an answer of weir's own would end up in the middle of it. */
  const begun = new WeakSet<Duplex>()

  // What http-proxy-3 leaves open: a bound in time, a client that leaves early, a refusal that breaks off.
  proxy.on('proxyReqWs', (outgoing: ClientRequest, _request: unknown, socket: Duplex) => {
    let tunnelled = false
    const patience = clock.after(answerMs, () => outgoing.destroy(new AnswerTimeout()))
    outgoing.once('upgrade', () => {
      patience.cancel()
      tunnelled = true
      begun.add(socket)
    })
    outgoing.once('response', (refusal: IncomingMessage) => {
      begun.add(socket)
      refusal.once('close', () => {
        if (!refusal.complete) socket.destroy()
      })
    })
    socket.once('close', () => {
      patience.cancel()
      if (!tunnelled) outgoing.destroy()
    })
  })

  return {
    serve(request, head, socket, first) {
      socket.on('error', () => socket.destroy())
      if (!isWebSocket(head)) {
        endWithProblem(socket, clock, notWebSocket)
        return
      }
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      const fields = originFields({ head, cache: null, conditional: [], host: originHost ?? head.authority })
      request.url = head.path + head.query
      request.headers = { ...grouped(fields), connection: 'Upgrade', upgrade: 'websocket' }
      proxy.ws(request, socket, first, { target: originUrl() }, (error) => {
        if (begun.has(socket)) socket.destroy()
        else endWithProblem(socket, clock, error instanceof AnswerTimeout ? notAnswered : notAccepted)
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

class AnswerTimeout extends Error {}

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

const notAnswered: ParserProblem = {
  status: 504,
  code: 'http_response_timeout',
  detail: 'The origin did not answer the request for a WebSocket in time.',
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
