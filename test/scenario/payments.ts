// An API that must not be paid twice, and clients that name their requests by a key.
import { expect } from 'vitest'
import type { Answer } from '../kit/raw-client.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import type { Sections, TestWeir } from '../kit/weir.ts'

export const path = '/api/pay'

export function keyed(idempotency: object = {}, others: object = {}): Sections {
  return { routes: [{ path, methods: ['POST'], idempotency, ...others }] }
}

/** Each run is told apart by its answer. */
export const paying: OriginHandler = async (_, response, seen) => {
  await seen.finished
  payments += 1
  response.writeHead(201, 'Paid', { Location: '/api/payments/1', 'Set-Cookie': ['a=1', 'b=2'] })
  response.end(`payment ${payments} of ${seen.body.toString()}`)
}
let payments = 0

export function pay(
  weir: TestWeir,
  key: string | null,
  body = '5 EUR',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const keyField = key === null ? {} : { 'Idempotency-Key': key }
  return weir.request({ method: 'POST', path, body, headers: { Host: 'api.test', ...keyField, ...headers } })
}

export function problemOf(answer: Answer): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}
