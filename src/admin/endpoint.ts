// What one endpoint of the management listener is: where it is, what it takes, what it answers.
import type { z } from 'zod'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** For probes and for the page itself, which can neither send a token nor know a name: open to whoever comes. */
  readonly open?: boolean
  /** One sentence for the description of the API. */
  readonly summary: string
  /** The query parameters it takes, as text; without it, none. */
  readonly query?: z.ZodType
  /** The JSON body it takes; without it, none is read. */
  readonly body?: z.ZodType
  /** The JSON that it answers with, by status; problems (RFC 9457) are not listed. */
  readonly answers: Readonly<Record<number, z.ZodType>>
  /** The media type of its answers where it is not JSON. */
  readonly media?: string
  answer(asked: Asked): EndpointAnswer | Promise<EndpointAnswer>
}

/** What a request asked for, already read by the endpoint's own schemas. */
export interface Asked<Query = unknown, Body = unknown> {
  readonly query: Query
  readonly body: Body
}

export type EndpointAnswer =
  | { readonly status: number; readonly body: unknown }
  /** What is not JSON, as it is; `fields` besides Content-Type and Cache-Control. */
  | {
      readonly status: number
      readonly content: string | Uint8Array
      readonly type: string
      readonly fields?: Readonly<Record<string, string>>
    }
  /** An error, as problem details. */
  | { readonly status: number; readonly problem: string; readonly detail: string }

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

interface Written<Query, Body> extends Omit<Endpoint, 'query' | 'body' | 'answer'> {
  readonly query?: Query
  readonly body?: Body
  answer(asked: Asked<Read<Query>, Read<Body>>): EndpointAnswer | Promise<EndpointAnswer>
}

/** An endpoint whose answer sees query and body with the types of their schemas. */
export function endpoint<
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(written: Written<Query, Body>): Endpoint {
  return written as unknown as Endpoint
}
