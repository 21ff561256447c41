// Random operations on a store, held against a model so plain that it can be read to be right.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredResponse } from '../../src/policy/entry.ts'
import { isInvalidated, type Invalidation } from '../../src/policy/invalidation.ts'
import type { Store } from '../../src/store/port.ts'
import { stored } from '../kit/stored.ts'
import type { StoreBounds } from './store.ts'

const maxVariants = 3
const letters = fc.constantFrom('a', 'b', 'c')

const put = fc.record({
  do: fc.constant('put' as const),
  key: letters,
  variant: fc.option(letters, { nil: undefined }),
  path: letters,
  tags: fc.uniqueArray(letters, { maxLength: 2 }),
  lifetimeMs: fc.constantFrom(10, 20),
})
const invalidate = fc.record({
  do: fc.constant('invalidate' as const),
  uris: fc.uniqueArray(letters, { maxLength: 1 }),
  tags: fc.uniqueArray(letters, { maxLength: 1 }),
  path: fc.option(letters, { nil: undefined }),
})
const remove = fc.record({ do: fc.constant('delete' as const), key: letters })
const cleanup = fc.record({ do: fc.constant('cleanup' as const), now: fc.constantFrom(5, 15, 25) })
const clear = fc.record({ do: fc.constant('clear' as const) })
const operations = fc.array(
  fc.oneof({ weight: 6, arbitrary: put }, { weight: 2, arbitrary: invalidate }, remove, cleanup, {
    weight: 1,
    arbitrary: clear,
  }),
  { maxLength: 40 },
)
type Operation = typeof operations extends fc.Arbitrary<(infer One)[]> ? One : never

/** All that is stored, newest first. */
class Model {
  entries: StoredResponse[] = []

  run(operation: Operation, entry: StoredResponse | null): number {
    switch (operation.do) {
      case 'put': {
        const same = (other: StoredResponse): boolean =>
          other.key === entry!.key && other.vary[0]?.value === entry!.vary[0]?.value
        this.entries = [entry!, ...this.entries.filter((other) => !same(other))]
        const ofKey = this.of(entry!.key)
        this.entries = this.entries.filter((other) => !ofKey.slice(maxVariants).includes(other))
        return 1
      }
      case 'invalidate':
        return this.#keep((other) => !isInvalidated(other.labels, invalidationOf(operation)))
      case 'delete':
        return this.#keep((other) => other !== this.of(operation.key)[0])
      case 'cleanup':
        return this.#keep((other) => operation.now < other.freshness.lifetimeMs)
      case 'clear':
        return this.#keep(() => false)
    }
  }

  of(key: string): StoredResponse[] {
    return this.entries.filter((entry) => entry.key === key)
  }

  #keep(condition: (entry: StoredResponse) => boolean): number {
    const before = this.entries
    this.entries = before.filter(condition)
    return before.length - this.entries.length
  }
}

function invalidationOf(operation: Extract<Operation, { do: 'invalidate' }>): Invalidation {
  const { uris, tags, path } = operation
  return {
    uris: new Set(uris.map((uri) => `http://${uri}`)),
    tags: new Set(tags),
    paths: path === undefined ? null : (candidate) => candidate === `/${path}`,
  }
}

function entryOf(operation: Operation): StoredResponse | null {
  if (operation.do !== 'put') return null
  const { key, variant, path, tags, lifetimeMs } = operation
  return stored({
    key,
    ...(variant === undefined ? {} : { variant }),
    uri: `http://${path}`,
    path: `/${path}`,
    tags,
    freshness: { lifetimeMs },
  })
}

function run(store: Store, operation: Operation, entry: StoredResponse | null): number {
  switch (operation.do) {
    case 'put':
      return Number(store.put(entry!, maxVariants))
    case 'invalidate':
      return store.invalidate(invalidationOf(operation), false)
    case 'delete': {
      const [first] = store.peek(operation.key)
      if (first === undefined) return 0
      store.delete(first)
      return 1
    }
    case 'cleanup':
      return store.cleanup(operation.now)
    case 'clear':
      return store.clear()
  }
}

/** @param left what must be true of the store's insides once everything has been removed */
export function storeModel(name: string, create: (bounds: StoreBounds) => Store, left: () => void): void {
  test(`${name} does what the plain model does, whatever is done to it`, () => {
    fc.assert(
      fc.property(operations, (sequence) => {
        const store = create({ maxBytes: 1_000_000, maxEntryBytes: 100_000 })
        const model = new Model()
        for (const operation of sequence) {
          const entry = entryOf(operation)
          expect(run(store, operation, entry)).toBe(model.run(operation, entry))
          for (const key of ['a', 'b', 'c']) expect(store.peek(key)).toEqual(model.of(key))
          expect(store.stats(0).entries).toBe(model.entries.length)
        }
        store.cleanup(25)
        expect(store.stats(0)).toMatchObject({ entries: 0, bytes: 0 })
        left()
      }),
      { numRuns: 300 },
    )
  })
}
