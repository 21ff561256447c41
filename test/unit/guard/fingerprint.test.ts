// Fingerprints: equal for a repeat, different for anything else.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from '../../../src/guard/fingerprint.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

test('a repeat must have the same fingerprint', () => {
  expect(fingerprint('POST', '/a?x', bytes('b'))).toBe(fingerprint('POST', '/a?x', bytes('b')))
})

test('no two requests may have the same one', () => {
  const method = fc.constantFrom('POST', 'PUT', 'PATCH')
  const target = fc.stringMatching(/^\/[a-z?]*$/)
  const request = fc.tuple(method, target, fc.string())
  fc.assert(
    fc.property(request, request, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      expect(fingerprint(a[0], a[1], bytes(a[2])) === fingerprint(b[0], b[1], bytes(b[2]))).toBe(same)
    }),
  )
})
