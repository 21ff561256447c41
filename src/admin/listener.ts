// The management listener: its own address, its own rules, never on the data port.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Problem, problemAnswer } from '../http/problem.ts'
import { createGate } from './gate.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** For probes, which can neither send a token nor know a name: open to whoever reaches the listener. */
  readonly open?: boolean
  /** The status and the JSON body of the answer. */
  answer(): EndpointAnswer | Promise<EndpointAnswer>
}

export interface EndpointAnswer {
  readonly status: number
  readonly body: unknown
}

export interface ManagementOptions {
  readonly address: { readonly host: string; readonly port: number }
  readonly token: string | null
  readonly endpoints: readonly Endpoint[]
  /** Told of an endpoint that threw: a bug of ours. */
  readonly onError: (error: unknown) => void
}

export interface Management {
  start(): Promise<AddressInfo>
  stop(): Promise<void>
}

export function createManagement({ address, token, endpoints, onError }: ManagementOptions): Management {
  const judge = createGate(token, address.host)
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 })

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(request)
      .catch((error: unknown) => {
        onError(error)
        return problem(500, 'internal', 'The endpoint failed; the log says why.')
      })
      .then((reply) => {
        request.resume()
        response.writeHead(reply.status, reply.fields).end(reply.body)
      })
  })

  async function answer(request: IncomingMessage): Promise<Reply> {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const atPath = endpoints.filter((endpoint) => endpoint.path === path)
    const endpoint = atPath.find((candidate) => candidate.method === method)
    if (endpoint?.open !== true) {
      const verdict = judge(request)
      if (verdict.kind === 'refused') return problem(verdict.status, verdict.code, verdict.detail)
    }
    if (atPath.length === 0)
      return problem(404, 'no-endpoint', `There is no such endpoint; there are ${list(endpoints)}.`)
    if (endpoint === undefined)
      return problem(405, 'method', `This endpoint takes ${atPath.map(({ method }) => method).join(', ')}.`)
    const { status, body } = await endpoint.answer()
    return {
      status,
      fields: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
      body: `${JSON.stringify(body, null, 2)}\n`,
    }
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(address, () => {
          server.off('error', reject)
          resolve(server.address() as AddressInfo)
        })
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Reply {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

function problem(status: number, code: Problem['code'], detail: string): Reply {
  const { fields, body } = problemAnswer({ status, code, detail, retryAfterSeconds: null })
  const entries: [string, string][] = []
  for (let i = 0; i < fields.length; i += 2) entries.push([fields[i] ?? '', fields[i + 1] ?? ''])
  if (status === 401) entries.push(['WWW-Authenticate', 'Bearer'])
  return { status, fields: Object.fromEntries(entries), body }
}

function list(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ method, path }) => `${method} ${path}`).join(', ')
}
