// Which request it is: accepted from those who may say so, or made.
import { describe, expect, test } from 'vitest'
import { Trace } from '../../../src/observe/trace.ts'
import { friend, requestOf, stranger } from '../policy/requests.ts'

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const made = /^[\da-f-]{36}$/
const started = /^00-[\da-f]{32}-[\da-f]{16}-01$/

describe('the request id', () => {
  test.each([
    ['that a trusted peer states is taken', friend, 'abc-123', 'abc-123'],
    ['that a stranger states is not', stranger, 'abc-123', made],
    ['with a blank is not', friend, 'a b', made],
    ['that is too long is not', friend, 'a'.repeat(129), made],
  ])('%s', (_, peer, stated, expected) => {
    const { requestId } = new Trace(requestOf(['X-Request-Id', stated], { peer }))
    if (typeof expected === 'string') expect(requestId).toBe(expected)
    else expect(requestId).toMatch(expected)
  })

  test('stays the same, and differs between requests', () => {
    const trace = new Trace(requestOf())
    expect(trace.requestId).toBe(trace.requestId)
    expect(new Trace(requestOf()).requestId).not.toBe(trace.requestId)
  })
})

describe('the traceparent (W3C Trace Context §3.2)', () => {
  test.each([
    [parent, true],
    ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later', true],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra', false],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', false],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
    ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', false],
    ['', false],
  ])('%s is passed on: %s', (stated, passed) => {
    const trace = new Trace(requestOf(['traceparent', stated, 'tracestate', 'a=b']))
    if (passed) expect(trace.traceparent).toBe(stated)
    else expect(trace.traceparent).toMatch(started)
    const names = trace.ownFields.map(([name, value]) => `${name} ${value === null ? 'dropped' : 'sent'}`)
    expect(names.includes('tracestate dropped')).toBe(!passed)
  })

  test('given twice is none', () => {
    expect(new Trace(requestOf(['traceparent', parent, 'traceparent', parent])).traceparent).toMatch(started)
  })
})
