// The suite that every store has to pass, whatever tiers it has.
import { describe, expect, test } from 'vitest'
import type { Invalidation } from '../../src/policy/invalidation.ts'
import type { Store } from '../../src/store/port.ts'
import { stored } from '../kit/stored.ts'

export interface StoreBounds {
  readonly maxBytes: number
  readonly maxEntryBytes: number
}

const mib = 1024 * 1024
const nothing: Invalidation = { uris: new Set(), tags: new Set(), paths: null }

/** @param create makes an empty store; called once for each test */
export function storeContract(name: string, create: (bounds: StoreBounds) => Store): void {
  const empty = (bounds: Partial<StoreBounds> = {}): Store =>
    create({ maxBytes: 16 * mib, maxEntryBytes: mib, ...bounds })

  describe(`${name} keeps the contract of stores: put and peek`, () => {
    test('what was put must be found under its key, and under no other', () => {
      const store = empty()
      const entry = stored({ key: 'a' })
      expect(store.peek('a')).toEqual([])
      expect(store.put(entry, 8)).toBe(true)
      expect(store.peek('a')).toEqual([entry])
      expect(store.peek('b')).toEqual([])
    })

    test('a response must take the place of the one with the same Vary values', () => {
      const store = empty()
      const [first, second] = [stored({ variant: 'x', bodyBytes: 1 }), stored({ variant: 'x', bodyBytes: 2 })]
      store.put(first, 8)
      store.put(second, 8)
      expect(store.peek('k')).toEqual([second])
      expect(store.stats(0).entries).toBe(1)
    })

    test('variants must come newest first', () => {
      const store = empty()
      for (const variant of ['1', '2', '3', '1']) store.put(stored({ variant }), 8)
      expect(store.peek('k').map(({ vary }) => vary[0]?.value)).toEqual(['1', '3', '2'])
    })

    test('beyond the most variants of a key the oldest must give way', () => {
      const store = empty()
      for (const variant of ['1', '2', '3']) store.put(stored({ variant }), 2)
      expect(store.peek('k').map(({ vary }) => vary[0]?.value)).toEqual(['3', '2'])
      expect(store.stats(0).entries).toBe(2)
    })

    test('a response that names no Vary must not displace one that does', () => {
      const store = empty()
      store.put(stored({ variant: '1' }), 8)
      store.put(stored(), 8)
      expect(store.peek('k')).toHaveLength(2)
    })

    test('a key must not meet what an object has by itself', () => {
      const store = empty()
      for (const key of ['__proto__', 'constructor', '']) {
        expect(store.peek(key)).toEqual([])
        store.put(stored({ key }), 8)
        expect(store.peek(key)).toHaveLength(1)
      }
    })
  })

  describe(`${name} keeps the contract of stores: bounds`, () => {
    test('the bytes of all must stay within the bound, the least recently used leaving first', () => {
      const store = empty({ maxBytes: 100_000 })
      for (let i = 0; i < 5; i++) store.put(stored({ key: `${i}`, bodyBytes: 15_000 }), 8)
      expect(store.peek('0')).toHaveLength(1)
      for (let i = 5; i < 9; i++) store.put(stored({ key: `${i}`, bodyBytes: 15_000 }), 8)
      const kept = Array.from({ length: 9 }, (_, i) => store.peek(`${i}`).length)
      expect(kept).toEqual([1, 0, 0, 0, 1, 1, 1, 1, 1])
      const { bytes, entries, evictions, removals } = store.stats(0)
      expect(bytes).toBeLessThanOrEqual(100_000)
      expect([entries, evictions, removals.space]).toEqual([6, 3, 3])
    })

    test('keys, heads and overhead must be counted, not bodies alone', () => {
      const store = empty({ maxBytes: 100_000 })
      for (let i = 0; i < 1000; i++) store.put(stored({ key: `${i}`.padEnd(1000, 'x'), bodyBytes: 0 }), 8)
      expect(store.stats(0).entries).toBeLessThan(100)
      const heads = empty({ maxBytes: 100_000 })
      const fields = Array.from({ length: 20 }, () => ['X-Name', 'v'.repeat(50)]).flat()
      for (let i = 0; i < 1000; i++) heads.put(stored({ key: `${i}`, bodyBytes: 0, fields }), 8)
      expect(heads.stats(0).entries).toBeLessThan(100)
    })

    test('a response larger than an entry may be must be refused, and what it would replace must go', () => {
      const store = empty({ maxEntryBytes: 10_000 })
      store.put(stored({ bodyBytes: 5_000 }), 8)
      expect(store.put(stored({ bodyBytes: 10_001 }), 8)).toBe(false)
      expect(store.peek('k')).toEqual([])
      expect(store.stats(0)).toMatchObject({ entries: 0, bytes: 0 })
    })

    test('a response larger than all may be must not drive out the others', () => {
      const store = empty({ maxBytes: 50_000 })
      store.put(stored({ key: 'small' }), 8)
      expect(store.put(stored({ bodyBytes: 50_000 }), 8)).toBe(false)
      expect(store.peek('small')).toHaveLength(1)
    })

    test('variants of one key that are too large together must lose the oldest', () => {
      const store = empty({ maxBytes: 50_000 })
      for (const variant of ['1', '2', '3']) store.put(stored({ variant, bodyBytes: 20_000 }), 8)
      expect(store.peek('k').map(({ vary }) => vary[0]?.value)).toEqual(['3', '2'])
      expect(store.stats(0).bytes).toBeLessThanOrEqual(50_000)
    })
  })

  describe(`${name} keeps the contract of stores: removal`, () => {
    const entries = [
      stored({ key: '1', uri: 'http://a/x', path: '/x', tags: ['t'] }),
      stored({ key: '2', uri: 'http://a/x', path: '/x', tags: ['u'] }),
      stored({ key: '3', uri: 'http://a/y', path: '/y', tags: ['t', 'u'] }),
      stored({ key: '4', uri: 'http://a/z', path: '/z' }),
    ]
    const filled = (): Store => {
      const store = empty()
      for (const entry of entries) store.put(entry, 8)
      return store
    }
    const left = (store: Store): string =>
      entries
        .filter(({ key }) => store.peek(key).length > 0)
        .map(({ key }) => key)
        .join('')

    test.each<[string, Partial<Invalidation>, string]>([
      ['a URI', { uris: new Set(['http://a/x']) }, '34'],
      ['a tag', { tags: new Set(['t']) }, '24'],
      ['two tags', { tags: new Set(['t', 'u']) }, '4'],
      ['a path', { paths: (path) => path === '/z' }, '123'],
      ['a path and a tag', { paths: (path) => path === '/z', tags: new Set(['u']) }, '1'],
      ['a prefix', { range: { kind: 'prefix', text: 'http://a/x' } }, '34'],
      ['what nothing carries', { uris: new Set(['http://b/x']), tags: new Set(['v']) }, '1234'],
      ['nothing', {}, '1234'],
    ])('an invalidation by %s must remove what carries it, and count', (_, by, expected) => {
      const store = filled()
      expect(store.invalidate({ ...nothing, ...by }, false)).toBe(4 - expected.length)
      expect(left(store)).toBe(expected)
      expect(store.stats(0)).toMatchObject({ entries: expected.length, evictions: 0 })
    })

    test('an invalidation must remove of a key only the variants that carry it', () => {
      const store = empty()
      store.put(stored({ variant: '1', tags: ['t'] }), 8)
      store.put(stored({ variant: '2' }), 8)
      expect(store.invalidate({ ...nothing, tags: new Set(['t']) }, false)).toBe(1)
      expect(store.peek('k').map(({ vary }) => vary[0]?.value)).toEqual(['2'])
    })

    test('a soft invalidation must keep the response, and have it validated before anything else', () => {
      const store = filled()
      expect(store.invalidate({ ...nothing, tags: new Set(['t']) }, true)).toBe(2)
      expect(left(store)).toBe('1234')
      expect(store.peek('1')[0]?.freshness).toMatchObject({
        validateAlways: true,
        lifetimeMs: 0,
        source: 'purged',
      })
      expect(store.peek('2')[0]?.freshness.validateAlways).toBe(false)
      expect(store.stats(0).fresh).toBe(2)
      // It can still be met: what is marked is not lost from the index.
      expect(store.invalidate({ ...nothing, tags: new Set(['t']) }, false)).toBe(2)
    })

    test('a response may be removed by itself, and one that was replaced meanwhile must stay', () => {
      const store = empty()
      const [old, current] = [stored({ bodyBytes: 1 }), stored({ bodyBytes: 2 })]
      store.put(old, 8)
      store.put(current, 8)
      store.delete(old)
      expect(store.peek('k')).toEqual([current])
      store.delete(current)
      expect(store.peek('k')).toEqual([])
    })

    test('cleanup must remove what can no longer be used, not even stale, and nothing else', () => {
      const store = empty()
      store.put(stored({ key: 'short', freshness: { lifetimeMs: 10 } }), 8)
      store.put(stored({ key: 'stale', freshness: { lifetimeMs: 10, staleIfErrorMs: 20 } }), 8)
      store.put(stored({ key: 'revalidated', freshness: { lifetimeMs: 10, staleWhileRevalidateMs: 30 } }), 8)
      expect(store.cleanup(9)).toBe(0)
      expect(store.cleanup(10)).toBe(1)
      expect(store.cleanup(30)).toBe(1)
      expect(store.peek('revalidated')).toHaveLength(1)
      expect(store.cleanup(40)).toBe(1)
      expect(store.stats(40)).toMatchObject({ entries: 0, bytes: 0 })
    })

    test('clear must remove everything and count it', () => {
      const store = filled()
      store.put(stored({ key: '1', variant: 'x' }), 8)
      expect(store.clear()).toBe(5)
      expect(left(store)).toBe('')
      expect(store.stats(0)).toMatchObject({ entries: 0, fresh: 0, bytes: 0, evictions: 0 })
      expect(store.clear()).toBe(0)
    })

    test('the figures must tell what is fresh at the time asked', () => {
      const store = empty()
      store.put(stored({ key: 'a', freshness: { lifetimeMs: 10 } }), 8)
      store.put(stored({ key: 'b', freshness: { lifetimeMs: 20 } }), 8)
      store.put(stored({ key: 'c', freshness: { validateAlways: true } }), 8)
      expect([0, 9, 10, 20].map((now) => store.stats(now).fresh)).toEqual([2, 2, 1, 0])
    })
  })
}
