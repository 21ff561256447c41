// Which keys carry a label: against a plain map of sets.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyIndex } from '../../../src/store/key-index.ts'

const letter = fc.constantFrom('a', 'b', 'c')

test('the index must hold what a map of sets holds, and no label without a key', () => {
  const steps = fc.array(fc.record({ add: fc.boolean(), label: letter, key: letter }))
  fc.assert(
    fc.property(steps, (sequence) => {
      const index = new KeyIndex()
      const model = new Map<string, Set<string>>()
      for (const { add, label, key } of sequence) {
        const keys = model.get(label) ?? new Set()
        if (add) {
          index.add(label, key)
          model.set(label, keys.add(key))
        } else {
          index.remove(label, key)
          keys.delete(key)
          if (keys.size === 0) model.delete(label)
        }
        expect(index.size).toBe(model.size)
        for (const one of ['a', 'b', 'c'])
          expect(new Set(index.keysOf(one))).toEqual(model.get(one) ?? new Set())
      }
    }),
  )
})

test('what is given may be walked while the index changes', () => {
  const index = new KeyIndex()
  for (const key of ['1', '2', '3']) index.add('l', key)
  const walked: string[] = []
  for (const key of index.keysOf('l')) {
    walked.push(key)
    index.remove('l', key)
  }
  expect(walked).toEqual(['1', '2', '3'])
  expect(index.size).toBe(0)
})

test('a label may be called like what an object has by itself', () => {
  const index = new KeyIndex()
  expect(index.keysOf('__proto__')).toEqual([])
  index.add('__proto__', 'constructor')
  expect(index.keysOf('__proto__')).toEqual(['constructor'])
})

test('clear must leave nothing', () => {
  const index = new KeyIndex()
  index.add('l', 'k')
  index.clear()
  expect([index.size, index.keysOf('l')]).toEqual([0, []])
})
