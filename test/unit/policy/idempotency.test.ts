// The Idempotency-Key of a request, and which answers settle it.
import { expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { readIdempotencyKey, settlesKey } from '../../../src/policy/idempotency.ts'

const name = 'Idempotency-Key'

test.each([
  [[], { kind: 'none' }],
  [[name, 'abc-1'], { kind: 'key', key: 'abc-1' }],
  [[name, '"abc-1"'], { kind: 'key', key: 'abc-1' }],
  [[name, '"abc-1";v=1'], { kind: 'key', key: 'abc-1' }],
  [[name, '12345'], { kind: 'key', key: '12345' }],
  [[name, 'x'.repeat(255)], { kind: 'key', key: 'x'.repeat(255) }],
  [[name, 'x'.repeat(256)], { kind: 'invalid' }],
  [[name, ''], { kind: 'invalid' }],
  [[name, '""'], { kind: 'invalid' }],
  [[name, 'caf\u00e9'], { kind: 'invalid' }],
  [[name, 'a', name, 'a'], { kind: 'invalid' }],
])('%j must be read as %j', (raw, expected) => {
  expect(readIdempotencyKey(new Fields(raw))).toEqual(expected)
})

test.each([
  [200, true],
  [303, true],
  [400, true],
  [422, true],
  [500, true],
  [504, true],
  [401, false],
  [403, false],
  [408, false],
  [429, false],
  [503, false],
])('whether an answer with %i is given to repeats must be %j', (status, expected) => {
  expect(settlesKey(status)).toBe(expected)
})
