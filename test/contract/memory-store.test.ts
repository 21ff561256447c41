// The store in memory, against the contract, and what its insides keep.
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { KeyIndex } from '../../src/store/key-index.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { stored } from '../kit/stored.ts'
import { storeContract } from './store.ts'
import { storeModel } from './store-model.ts'

afterEach(() => void vi.restoreAllMocks())

/** The indexes of stores that are made from here on. */
function watchIndexes(): () => ReadonlySet<KeyIndex> {
  const add = vi.spyOn(KeyIndex.prototype, 'add')
  return () => new Set(add.mock.contexts as KeyIndex[])
}

storeContract('memory', createMemoryStore)

let indexes: () => ReadonlySet<KeyIndex> = () => new Set()
storeModel(
  'memory',
  (bounds) => {
    vi.restoreAllMocks()
    indexes = watchIndexes()
    return createMemoryStore(bounds)
  },
  () => {
    for (const index of indexes()) expect(index.size).toBe(0)
  },
)

test('what is evicted for its room leaves nothing in the indexes', () => {
  const watched = watchIndexes()
  const entries = fc.array(fc.record({ key: fc.nat(9), tag: fc.nat(5), bytes: fc.nat(6000) }), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(entries, (sequence) => {
      const store = createMemoryStore({ maxBytes: 20_000, maxEntryBytes: 10_000 })
      for (const { key, tag, bytes } of sequence) {
        store.put(stored({ key: `${key}`, uri: `u${key}`, tags: [`${tag}`, 'all'], bodyBytes: bytes }), 2)
        expect(store.stats(0).bytes).toBeLessThanOrEqual(20_000)
      }
      const held = [...store.all()].flat()
      expect(store.stats(0).entries).toBe(held.length)
      expect(store.invalidate({ uris: new Set(), tags: new Set(['all']), paths: null }, false)).toBe(
        held.length,
      )
      expect([...watched()].map(({ size }) => size).filter((size) => size > 0)).toEqual([])
    }),
    { numRuns: 200 },
  )
})
