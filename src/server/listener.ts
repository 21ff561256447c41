// The node:http front door: turns connections into heads and replies, and stops without breaking either.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { RequestHead } from '../http/message.ts'
import { problemAnswer } from '../http/problem.ts'
import type { ListenConfig } from '../config/model.ts'
import type { Reply } from '../proxy/reply.ts'
import { AddressLimit } from './address-limit.ts'
import { ClientConnections } from './client-connections.ts'
import { watchContent } from './content-watch.ts'
import { Conversation } from './conversation.ts'
import { parserEvent, type ParserProblem } from './parser-problem.ts'
import { NodeReply } from './node-reply.ts'
import {
  contentStalled,
  noTunnels,
  pipelinedUpgrade,
  tooManyConnections,
  unknownExpectation,
} from './refusals.ts'
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
  const conversations = new WeakMap<Socket, Conversation>()
  const addresses = new AddressLimit(listen.maxPerAddress)
  const connections = new ClientConnections(clock)

  const server = createServer({
    maxHeaderSize: listen.maxHeadBytes,
    headersTimeout: listen.headTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: listen.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, listen.headTimeoutMs),
    insecureHTTPParser: false,
    // Judged by the head's reader, which ends the connection; node:http would go on with what follows.
    requireHostHeader: false,
    // Any other upgrade is ignored and its request answered as it is (RFC 9110 §7.8): clients offer h2c unasked.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  })
  // More fields than this are refused by the head's reader; node:http would drop them in silence.
  server.maxHeadersCount = 0
  server.maxConnections = listen.maxConnections
  // Ends idle connections as well; what waits for the origin has deadlines of its own.
  server.timeout = listen.writeIdleMs
  // `close` calls it, and it takes an answer that is written but not yet sent for the end of a conversation.
  server.closeIdleConnections = () => undefined

  function conversationOf(socket: Socket): Conversation {
    let conversation = conversations.get(socket)
    if (conversation === undefined) {
      conversation = new Conversation(socket, clock, listen.maxPipelined)
      conversations.set(socket, conversation)
    }
    return conversation
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    const conversation = conversationOf(request.socket)
    conversation.take({ request, response, run: () => serve(request, response, conversation) })
  }

  function serve(request: IncomingMessage, response: ServerResponse, conversation: Conversation): void {
    const reply = new NodeReply(response)
    connections.began(request.socket, reply)
    response.once('close', () => connections.ended(request.socket, reply))
    if (request.headers.upgrade !== undefined) {
      // node:http drops what it had read beyond a request whose upgrade is ignored, and would go on in its middle.
      conversation.conclude()
      reply.closeAfter()
    }
    const verdict = readHead(request, rules)
    if (verdict.kind === 'refused') {
      conversation.conclude()
      return refuse(reply, verdict)
    }
    const { head } = verdict
    if (head.body.kind === 'none') return onRequest(head, null, reply)
    // A connection whose content was not read to its end cannot be used again (RFC 9112 §9.3).
    reply.closeAfter(() => !request.complete)
    watchContent(request, clock, listen, () => conversation.refuse(contentStalled))
    onRequest(head, request, reply)
  }

  server.on('connection', (socket: Socket) => {
    connections.opened(socket)
    if (!addresses.enter(socket)) conversationOf(socket).refuse(tooManyConnections)
  })
  server.on('request', take)
  // The client waits for 100 before it sends its content: say it only when somebody reads (RFC 9110 §10.1.1).
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue()
    })
    take(request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage) => {
    conversationOf(request.socket).refuse(unknownExpectation)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, first: Buffer) => {
    const conversation = conversationOf(request.socket)
    const verdict = readHead(request, rules)
    if (verdict.kind === 'refused') conversation.refuse(verdict)
    else if (!conversation.idle) conversation.refuse(pipelinedUpgrade)
    else onUpgrade(request, verdict.head, socket, first)
  })
  server.on('connect', ({ socket }: IncomingMessage) => conversationOf(socket).refuse(noTunnels))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const event = parserEvent(error)
    if (event.kind === 'gone') socket.destroy()
    else if (event.kind === 'surplus') conversationOf(socket).conclude()
    else conversationOf(socket).refuse(event)
  })
  server.on('timeout', (socket: Socket) => {
    // Nothing has moved for listen.writeIdle: a client that takes nothing, or has nothing to ask.
    if (conversationOf(socket).idle || socket.writableLength > 0) socket.destroy()
  })

  return {
    start: () => startServer(server, listen.address),
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      connections.close()
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
