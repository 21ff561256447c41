// A request as people ask about it, made into the head that the data path would decide on.
import { z } from 'zod'
import type { Address, WeirConfig } from '../config/model.ts'
import { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { Room } from '../proxy/call.ts'
import { readHead } from '../server/request-head.ts'
import { trustedPeers } from '../server/trusted-peers.ts'
import { type Explanation, explain } from './explain.ts'

const headers = z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({})

export const explainQuestion = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]+$/, { error: 'write a method in upper case' })
    .default('GET'),
  /** A path, or a whole URL; of a path, the host is that of the Host field, or weir's own address. */
  url: z.string().regex(/^(?:\/|https?:\/\/)/, { error: 'write a path that starts with /, or a whole URL' }),
  headers,
  /** An answer of the API's to judge. */
  answer: z.strictObject({ status: z.int().min(200).max(599).default(200), headers }).optional(),
})

export type ExplainQuestion = z.output<typeof explainQuestion>

export type ExplainAnswer =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  /** What weir's listener would refuse before any route is looked for. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly detail: string }

export interface ExplainContext {
  readonly room: Room
  readonly config: WeirConfig
  /** Where clients connect. */
  readonly dataAddress: Address
}

export function answerExplain(
  { room, config, dataAddress }: ExplainContext,
  question: ExplainQuestion,
): ExplainAnswer {
  const { method, url, answer } = question
  const rawHeaders = rawOf(question.headers)
  const hasHost = rawHeaders.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'host')
  if (!hasHost) rawHeaders.unshift('Host', `${hostOf(dataAddress)}:${dataAddress.port}`)
  const request = { method, url, rawHeaders, httpVersion: '1.1', socket: { remoteAddress: '127.0.0.1' } }
  const isTrusted = trustedPeers(config.listen.trusted)
  const read = readHead(request, { scheme: 'http', maxFields: config.listen.maxFields, isTrusted })
  if (read.kind === 'refused') return read
  const response = answer === undefined ? null : responseOf(answer)
  return { kind: 'explained', explanation: explain(room, config.routes, { head: read.head, response }) }
}

/** An address as clients on this machine write it. */
function hostOf({ host }: Address): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function responseOf({ status, headers }: NonNullable<ExplainQuestion['answer']>): ResponseHead {
  return { status, statusText: '', fields: new Fields(rawOf(headers)) }
}

function rawOf(headers: ExplainQuestion['headers']): string[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
}
