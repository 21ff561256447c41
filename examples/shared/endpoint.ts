// An endpoint of an example: method, path and what it answers, and how it reads what a client sent.
import { z } from 'zod'
import { unprocessable } from './problem.ts'

export interface Call {
  readonly params: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string | string[] | undefined>>
  /** The parsed JSON body; undefined where there was none. */
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly fields?: Readonly<Record<string, string>>
  /** Sent as JSON; undefined: no content. */
  readonly body?: unknown
}

export interface Endpoint {
  readonly method: string
  readonly pattern: URLPattern
  /** Throws a `Problem` where the client is to be told about a failure. */
  readonly answer: (call: Call) => Answer | Promise<Answer>
}

export function endpoint(method: string, pathname: string, answer: Endpoint['answer']): Endpoint {
  return { method, pattern: new URLPattern({ pathname }), answer }
}

/** A GET that always answers 200 with what `read` gives. */
export function reading(pathname: string, read: (call: Call) => unknown): Endpoint {
  return endpoint('GET', pathname, async (call) => ({ status: 200, body: await read(call) }))
}

/** Throws 422 where the body does not have this shape. */
export function parseBody<Body>(shape: z.ZodType<Body>, body: unknown): Body {
  const parsed = shape.safeParse(body)
  if (!parsed.success) throw unprocessable(z.prettifyError(parsed.error))
  return parsed.data
}

/** A positive whole number, null where the parameter is absent; throws 422 for anything else. */
export function parseInteger(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  if (!/^[1-9]\d{0,14}$/.test(text)) throw unprocessable(`${name} is a positive whole number`)
  return Number(text)
}

/** The number of rows asked for; throws 422 beyond `max`. */
export function parseLimit(query: URLSearchParams, standard = 50, max = 500): number {
  const limit = parseInteger(query, 'limit') ?? standard
  if (limit > max) throw unprocessable(`limit is at most ${max}`)
  return limit
}

/** One of the choices, null where the parameter is absent; throws 422 for anything else. */
export function parseChoice<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
): Choice | null {
  const text = query.get(name)
  if (text === null) return null
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw unprocessable(`${name} is one of ${choices.join(', ')}`)
  return choice
}
