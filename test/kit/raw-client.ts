// Clients for tests: one at byte level for odd requests, one on node:http without a pool.
import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { readResponse } from './raw-response.ts'
import type { RawResponse } from './raw-response.ts'

export interface RawClient {
  readonly socket: Socket
  /** Writes bytes (strings as latin1). */
  write(bytes: string | Uint8Array): void
  /** Everything received so far, as latin1. */
  received(): string
  /** Settles with everything received once it contains `text`; rejects when the connection closes before. */
  until(text: string): Promise<string>
  /** Settles with the first `count` responses, 1xx included; rejects when the connection closes before. */
  responses(count: number): Promise<RawResponse[]>
  /** Settles with everything received when the connection has closed. */
  readonly closed: Promise<string>
  /** Sends RST instead of FIN. */
  reset(): void
  destroy(): void
}

/** Connects to 127.0.0.1; `first` is written at once. */
export async function rawClient(port: number, first: string | Uint8Array = ''): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  let bytes = Buffer.alloc(0)
  const received = (): string => bytes.toString('latin1')
  const waiting = new Set<() => void>()
  const notify = (): void => waiting.forEach((check) => check())
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    notify()
  })
  socket.on('close', notify)

  /** Settles with the first value that is not null; at the close of the connection it has to be there. */
  const wait = <T>(read: () => T | null, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const value = read()
        if (value === null && !socket.closed) return
        waiting.delete(check)
        if (value === null) reject(new Error(`closed before ${what}; received ${JSON.stringify(received())}`))
        else resolve(value)
      }
      waiting.add(check)
      check()
    })

  const write = (data: string | Uint8Array): void =>
    void socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
  if (first.length > 0) write(first)
  return {
    socket,
    write,
    received,
    until: (text) => wait(() => (received().includes(text) ? received() : null), JSON.stringify(text)),
    responses: (count) => wait(() => readResponses(bytes, count, socket.closed), `${count} responses`),
    closed: wait(() => (socket.closed ? received() : null), 'close'),
    reset: () => void socket.resetAndDestroy(),
    destroy: () => void socket.destroy(),
  }
}

function readResponses(bytes: Buffer, count: number, closed: boolean): RawResponse[] | null {
  const responses: RawResponse[] = []
  let rest = bytes
  while (responses.length < count) {
    const response = readResponse(rest, closed)
    if (response === null) return null
    responses.push(response)
    rest = rest.subarray(response.bytes)
  }
  return responses
}

export interface RequestOptions {
  readonly port: number
  /** '/' by default. */
  readonly path?: string
  readonly method?: string
  /** An object, or name, value, name, value … (Host is added where it is missing). */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | readonly string[]
  readonly body?: string | Uint8Array | Readable
}

export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly trailers: Readonly<Record<string, string | undefined>>
  /** False when the connection broke before the answer was whole. */
  readonly complete: boolean
}

/** Sends a request on a connection of its own and reads the whole answer, or what came of it. */
export async function request(options: RequestOptions): Promise<Answer> {
  return readAnswer(await openRequest(options).response)
}

/** Sends a request on a connection of its own; the answer is left unread, so that a test can read it slowly. */
export function openRequest(options: RequestOptions): {
  request: ClientRequest
  response: Promise<IncomingMessage>
} {
  const { port, path = '/', method = 'GET', body } = options
  const headers = nodeHeaders(options)
  const outgoing = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
  })
  response.catch(() => undefined)
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body)
  else body.pipe(outgoing)
  return { request: outgoing, response }
}

/** Reads an opened answer to its end, or to where its connection broke. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('error', () => undefined)
  await new Promise((resolve) => response.once('close', resolve))
  return {
    status: response.statusCode!,
    statusText: response.statusMessage!,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body: Buffer.concat(chunks),
    trailers: response.trailers,
    complete: response.complete,
  }
}

function nodeHeaders({ headers = {}, port }: RequestOptions): Record<string, string | string[]> | string[] {
  if (!Array.isArray(headers)) return headers as Record<string, string | string[]>
  const raw = [...(headers as readonly string[])]
  const hasHost = raw.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  return hasHost ? raw : ['Host', `127.0.0.1:${port}`, ...raw]
}
