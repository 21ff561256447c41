// The management listener: its own address, its own rules, never on the data port.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Problem, problemAnswer } from '../http/problem.ts'
import type { Endpoint, EndpointAnswer } from './endpoint.ts'
import { createGate } from './gate.ts'
import { readRequest } from './read-request.ts'

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
        // What is left unread of a refused body is not worth reading: the connection goes with it.
        const fields = request.complete ? reply.fields : { ...reply.fields, Connection: 'close' }
        response.writeHead(reply.status, fields).end(reply.body)
        request.resume()
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
    const reading = await readRequest(request, endpoint)
    if (reading.kind === 'refused') return problem(reading.status, reading.code, reading.detail)
    return replyOf(await endpoint.answer(reading.asked))
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

function replyOf(answer: EndpointAnswer): Reply {
  if ('problem' in answer) return problem(answer.status, answer.problem, answer.detail)
  const { status } = answer
  if ('content' in answer) {
    const fields = { 'Content-Type': answer.type, 'Cache-Control': 'no-store', ...answer.fields }
    return { status, fields: { ...fields, 'X-Content-Type-Options': 'nosniff' }, body: answer.content }
  }
  return {
    status,
    fields: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: `${JSON.stringify(answer.body, null, 2)}\n`,
  }
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
