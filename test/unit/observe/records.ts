// Records of exchanges for the tests of what is made of them.
import { Fields } from '../../../src/http/fields.ts'
import type { RequestHead } from '../../../src/http/message.ts'
import type { ExchangeRecord } from '../../../src/observe/record.ts'
import { Trace } from '../../../src/observe/trace.ts'

const head: RequestHead = {
  method: 'GET',
  scheme: 'http',
  authority: 'api.test',
  path: '/a',
  query: '',
  version: '1.1',
  fields: new Fields(['X-Request-Id', 'r-1']),
  body: { kind: 'none' },
  peer: { address: '10.0.0.9', trusted: true },
}

/** A plain hit, but for what is given. */
export function exchangeRecord(given: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    route: '/a',
    method: 'GET',
    path: '/a',
    query: '',
    trace: new Trace(head),
    status: 200,
    outcome: {
      cache: 'HIT',
      reason: 'fresh',
      forwarded: null,
      forwardStatus: null,
      stored: false,
      collapsed: false,
      ttlSeconds: 1,
    },
    totalMs: 1.26,
    headMs: 1.26,
    queuedMs: 0,
    originMs: null,
    bytes: 10,
    attempts: 0,
    failure: null,
    failureClass: null,
    end: 'whole',
    ...given,
  }
}
