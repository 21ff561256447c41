// Reads what a request to the management listener brings: its query and, within a bound, its JSON body.
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Asked, Endpoint } from './endpoint.ts'

export type RequestReading =
  | { readonly kind: 'ok'; readonly asked: Asked }
  | {
      readonly kind: 'refused'
      readonly status: 400 | 413 | 415
      readonly code: string
      readonly detail: string
    }

const MAX_BYTES = 64 * 1024

type Refused = Extract<RequestReading, { kind: 'refused' }>

/** Reads a request by an endpoint's schemas. A body that breaks off is refused like one that is no JSON. */
export async function readRequest(request: IncomingMessage, endpoint: Endpoint): Promise<RequestReading> {
  const query = judge('query', endpoint.query ?? z.strictObject({}), queryOf(request.url ?? ''))
  if (query.kind === 'refused') return query
  if (endpoint.body === undefined) return { kind: 'ok', asked: { query: query.value, body: undefined } }
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    return refused(415, 'content-type', 'Send the body as application/json.')
  }
  const text = await readText(request)
  if (text === null)
    return refused(413, 'body-too-large', `The body may have ${MAX_BYTES} bytes at the most.`)
  const parsed = parseJson(text)
  if (parsed === undefined) return refused(400, 'body', 'The body is not JSON.')
  const body = judge('body', endpoint.body, parsed)
  return body.kind === 'refused' ? body : { kind: 'ok', asked: { query: query.value, body: body.value } }
}

/** Parameters by name; those given more than once as a list. */
function queryOf(target: string): Record<string, string | string[]> {
  const start = target.indexOf('?')
  const parameters = new URLSearchParams(start < 0 ? '' : target.slice(start + 1))
  const query = Object.create(null) as Record<string, string | string[]>
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return query
}

function judge(
  what: 'query' | 'body',
  schema: z.ZodType,
  value: unknown,
): { readonly kind: 'ok'; readonly value: unknown } | Refused {
  const read = schema.safeParse(value)
  if (read.success) return { kind: 'ok', value: read.data }
  const mistakes = read.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  )
  return refused(400, what, `The ${what} is not what this endpoint takes: ${mistakes.join('; ')}.`)
}

/** The whole body as text; null where it is too large. A connection that breaks gives what came, which is no JSON. */
function readText(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let bytes = 0
    request.on('data', (piece: Buffer) => {
      bytes += piece.byteLength
      if (bytes <= MAX_BYTES) pieces.push(piece)
      else resolve(null)
    })
    request.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')))
    request.on('error', () => resolve(''))
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(status: 400 | 413 | 415, code: string, detail: string): Refused {
  return { kind: 'refused', status, code, detail }
}
