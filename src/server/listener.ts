// The node:http front door: turns connections into heads and replies, and stops without breaking either.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { RequestHead } from '../http/message.ts'
import { problemAnswer } from '../http/problem.ts'
import type { ListenConfig } from '../config/model.ts'
import type { Reply } from '../proxy/reply.ts'
import { endWithProblem } from './bare-socket.ts'
import { watchContent } from './content-watch.ts'
import { type ParserProblem, parserProblem } from './parser-problem.ts'
import { NodeReply } from './node-reply.ts'
import { readHead } from './request-head.ts'
import { trustedPeers } from './trusted-peers.ts'

export interface ListenerOptions {
  readonly listen: ListenConfig
  readonly clock: Clock
  readonly onRequest: (head: RequestHead, content: Readable | null, reply: Reply) => void
  readonly onUpgrade: (request: IncomingMessage, head: RequestHead, socket: Duplex, first: Buffer) => void
}

export interface Listener {
  /** Starts to accept; rejects where the address cannot be had. */
  start(): Promise<AddressInfo>
  /** Stops accepting, lets what runs finish for `graceMs`, then breaks off what is left. */
  stop(graceMs: number): Promise<void>
  /** Open client connections. */
  connections(): Promise<number>
}

// How often node:http looks for heads that take too long.
const CHECK_MS = 500

export function createListener({ listen, clock, onRequest, onUpgrade }: ListenerOptions): Listener {
  const rules = {
    scheme: 'http',
    maxFields: listen.maxFields,
    isTrusted: trustedPeers(listen.trusted),
  } as const
  const open = new Set<NodeReply>()
  let stopping = false

  const server = createServer({
    maxHeaderSize: listen.maxHeadBytes,
    headersTimeout: listen.headTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: listen.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, listen.headTimeoutMs),
    insecureHTTPParser: false,
    // Any other upgrade is ignored and its request answered as it is (RFC 9110 §7.8): clients offer h2c unasked.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  })
  // More fields than this are refused by the head's reader; node:http would drop them in silence.
  server.maxHeadersCount = 0
  server.maxConnections = listen.maxConnections

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const reply = new NodeReply(response)
    if (stopping) reply.closeAfter()
    open.add(reply)
    response.once('close', () => open.delete(reply))
    const verdict = readHead(request, rules)
    if (verdict.kind === 'refused') return refuse(reply, verdict)
    const { head } = verdict
    if (head.body.kind === 'none') return onRequest(head, null, reply)
    // A connection whose content was not read to its end cannot be used again (RFC 9112 §9.3).
    reply.closeAfter(() => !request.complete)
    watchContent(request, clock, listen.bodyIdleMs, () => {
      if (response.headersSent) request.destroy()
      else endWithProblem(request.socket, contentStalled)
    })
    onRequest(head, request, reply)
  }

  server.on('request', serve)
  // The client waits for 100 before it sends its content: say it only when somebody reads (RFC 9110 §10.1.1).
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue()
    })
    serve(request, response)
  })
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    refuse(new NodeReply(response), {
      status: 417,
      code: 'expectation',
      detail: 'The only expectation is 100-continue.',
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, first: Buffer) => {
    const verdict = readHead(request, rules)
    if (verdict.kind === 'ok') onUpgrade(request, verdict.head, socket, first)
    else endWithProblem(socket, verdict)
  })
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWithProblem(socket, { status: 405, code: 'connect', detail: 'CONNECT is not served.' })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const problem = parserProblem(error)
    if (problem === null || !socket.writable) socket.destroy()
    else endWithProblem(socket, problem)
  })

  return {
    start: () => startServer(server, listen.address),
    async stop(graceMs) {
      stopping = true
      for (const reply of open) reply.closeAfter()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const patience = clock.after(graceMs, () => server.closeAllConnections())
      await closed
      patience.cancel()
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      }),
  }
}

const contentStalled: ParserProblem = {
  status: 408,
  code: 'content-timeout',
  detail: 'The content of the request stopped coming for longer than listen.bodyIdle.',
}

/** Answers what is refused and ends the connection, since what follows on it cannot be trusted. */
function refuse(reply: NodeReply, { status, code, detail }: ParserProblem): void {
  reply.closeAfter()
  const { body, ...head } = problemAnswer({ status, code, detail, retryAfterSeconds: null })
  reply.send(head, body)
}

function startServer(server: Server, { host, port }: ListenConfig['address']): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo)
    })
  })
}
