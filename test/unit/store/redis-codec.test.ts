// Stored responses as bytes: what goes in comes out, and nothing else does.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import type { StoredResponse } from '../../../src/policy/entry.ts'
import { decodeEntry, encodeEntry } from '../../../src/store/redis/codec.ts'
import { Seal } from '../../../src/store/redis/seal.ts'
import { stored } from '../../kit/stored.ts'

const seal = new Seal('secret')
const most = 1024 * 1024

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const count = fc.double({ min: 0, noNaN: true })
const entries: fc.Arbitrary<StoredResponse> = fc.record({
  key: text,
  labels: fc.record({ uri: text, path: text, tags: fc.array(text, { maxLength: 4 }) }),
  vary: fc.array(fc.record({ name: text, value: fc.option(text) }), { maxLength: 3 }),
  status: fc.integer({ min: 200, max: 599 }),
  statusText: text,
  fields: fc.array(fc.tuple(text, text), { maxLength: 8 }).map((lines) => new Fields(lines.flat())),
  body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  part: fc.constant(null),
  requestAt: count,
  responseAt: count,
  initialAgeMs: count,
  freshness: fc.record({
    lifetimeMs: fc.oneof(count, fc.constant(Infinity)),
    source: fc.constantFrom('s-maxage', 'max-age', 'heuristic', 'purged', 'none'),
    staleWhileRevalidateMs: count,
    staleIfErrorMs: count,
    mayBeStale: fc.boolean(),
    validateAlways: fc.boolean(),
  }),
  etag: fc.option(text),
  derivedEtag: fc.boolean(),
  lastModified: fc.option(text),
})

test('any stored response must come back as it was, with what its writer had heard', async () => {
  await fc.assert(
    fc.asyncProperty(entries, count, async (entry, asOf) => {
      const value = await decodeEntry(await encodeEntry(entry, asOf, seal, 'here'), seal, 'here', most)
      expect(value).toMatchObject({ asOf, entry })
    }),
    { numRuns: 200 },
  )
})

describe('what is not a value of this place must count as none', () => {
  test('any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await decodeEntry(Buffer.from(bytes), seal, 'here', most)).toBeNull()
      }),
    )
  })

  test('a value with any byte changed, or cut anywhere', async () => {
    const bytes = await encodeEntry(stored({ bodyBytes: 900 }), 7, seal, 'here')
    for (let i = 0; i < bytes.byteLength; i++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i)
      expect(await decodeEntry(changed, seal, 'here', most)).toBeNull()
      expect(await decodeEntry(bytes.subarray(0, i), seal, 'here', most)).toBeNull()
    }
  })

  test.each([
    ['from another place', seal, 'there'],
    ['by another secret', new Seal('another'), 'here'],
  ])('a value %s', async (_, otherSeal, place) => {
    const bytes = await encodeEntry(stored(), 7, seal, 'here')
    expect(await decodeEntry(bytes, otherSeal, place, most)).toBeNull()
  })

  test('a value that would take more room than an entry may', async () => {
    const bytes = await encodeEntry(stored({ bodyBytes: 100_000 }), 7, seal, 'here')
    expect(bytes.byteLength).toBeLessThan(2000)
    expect(await decodeEntry(bytes, seal, 'here', 10_000)).toBeNull()
  })
})

test('the same secret must give the same names, and another secret others', () => {
  expect(new Seal('secret').nameOf('a')).toBe(seal.nameOf('a'))
  expect(new Seal('another').nameOf('a')).not.toBe(seal.nameOf('a'))
})

test('atoms must look the same each time, and responses never', () => {
  const plain = Buffer.from('a text')
  expect(seal.closeAlike(plain, 'x').equals(seal.closeAlike(plain, 'x'))).toBe(true)
  expect(seal.close(plain, 'x').equals(seal.close(plain, 'x'))).toBe(false)
})
