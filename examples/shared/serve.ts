// An example on node:http: JSON in, JSON out, failures as problem details, and no caching fields of its own.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer, Endpoint } from './endpoint.ts'
import { notFound, Problem } from './problem.ts'

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
}

export interface Api {
  readonly url: string
  /** Answers what is under way, then closes the listener and what it stands on. */
  close(): Promise<void>
}

const maxBodyBytes = 64 * 1024
const closeGraceMs = 1_000

/** Serves the endpoints; rejects when the port is taken. @param release is called once, after the last answer */
export async function serveEndpoints(
  endpoints: readonly Endpoint[],
  { port, host }: ListenOptions,
  release: () => void | Promise<void>,
): Promise<Api> {
  const server = createServer((request, response) => {
    answerRequest(endpoints, request)
      .catch(answerFailure)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(port, host)
  await once(server, 'listening')

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      const grace = setTimeout(() => server.closeAllConnections(), closeGraceMs)
      await closed
      clearTimeout(grace)
      await release()
    },
  }
}

async function answerRequest(endpoints: readonly Endpoint[], request: IncomingMessage): Promise<Answer> {
  const url = URL.parse(request.url ?? '', 'http://api.invalid')
  if (url === null) throw new Problem(400, 'Bad Request', 'the request target is not a URL')
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const candidates = endpoints.filter(({ pattern }) => pattern.test(url))
  const endpoint = candidates.find((candidate) => candidate.method === method)
  if (endpoint === undefined) {
    if (candidates.length === 0) throw notFound(`there is nothing at ${url.pathname}`)
    const allow = candidates.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
    throw new Problem(405, 'Method Not Allowed', `${url.pathname} allows ${allow}`, { Allow: allow })
  }
  const params = endpoint.pattern.exec(url)?.pathname.groups ?? {}
  const body = await readJson(request)
  return endpoint.answer({ params, query: url.searchParams, fields: request.headers, body })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
  }
  if (size > maxBodyBytes) {
    throw new Problem(413, 'Content Too Large', `a body has at most ${maxBodyBytes} bytes`)
  }
  if (size === 0) return undefined
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Problem(415, 'Unsupported Media Type', 'a body is application/json')
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new Problem(400, 'Bad Request', 'the body is not JSON')
  }
}

function answerFailure(error: unknown): Answer {
  if (!(error instanceof Problem)) console.error(error)
  const { status, title, message, fields } =
    error instanceof Problem
      ? error
      : new Problem(500, 'Internal Server Error', 'the API failed; its log says why')
  return {
    status,
    fields: { ...fields, 'Content-Type': 'application/problem+json' },
    body: { type: 'about:blank', title, status, detail: message },
  }
}

function send(response: ServerResponse, { status, fields, body }: Answer): void {
  if (body === undefined) {
    response.writeHead(status, fields).end()
    return
  }
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...fields,
    'Content-Length': bytes.length,
  })
  response.end(bytes)
}
