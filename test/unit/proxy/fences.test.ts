// Fences: which fetches an invalidation overtakes, and since when.
import { expect, test, vi } from 'vitest'
import type { Labels } from '../../../src/policy/entry.ts'
import type { Invalidation } from '../../../src/policy/invalidation.ts'
import { Fences } from '../../../src/proxy/fences.ts'

const labels = (tags: readonly string[] = []): Labels => ({ uri: 'http://a/x', path: '/x', tags })
const byTag = (tag: string): Invalidation => ({ uris: new Set(), tags: new Set([tag]), paths: null })
const byUri: Invalidation = { uris: new Set(['http://a/x']), tags: new Set(), paths: null }

test('an invalidation that names the fetch must overtake it, once told', () => {
  const fences = new Fences()
  const overtaken = vi.fn()
  const fence = fences.open(labels(['t']), overtaken)
  expect(fence.overtakenAt).toBeNull()
  fences.raise(byTag('other'))
  expect(fence.overtakenAt).toBeNull()
  fences.raise(byTag('t'))
  fences.raise(byUri)
  expect(fence.overtakenAt).toBe(3)
  expect(overtaken).toHaveBeenCalledTimes(1)
})

test('an invalidation before the fetch began must not concern it', () => {
  const fences = new Fences()
  fences.raise(byUri)
  const fence = fences.open(labels(), () => undefined)
  fence.relabel(labels(['t']))
  expect(fence.overtakenAt).toBeNull()
})

test('labels that only the response tells must be compared with all that went by meanwhile', () => {
  const fences = new Fences()
  const overtaken = vi.fn()
  const fence = fences.open(labels(), overtaken)
  fences.raise(byTag('t'))
  fences.raise(byTag('u'))
  expect(overtaken).not.toHaveBeenCalled()
  fence.relabel(labels(['t']))
  expect(fence.overtakenAt).toBe(1)
  expect(overtaken).toHaveBeenCalledTimes(1)
})

test('who came after the last invalidation that names the fetch must be told apart from who came before', () => {
  const fences = new Fences()
  const fence = fences.open(labels(['t']), () => undefined)
  const before = fences.count
  fences.raise(byTag('t'))
  const after = fences.count
  expect(fence.overtakenAt! > before).toBe(true)
  expect(fence.overtakenAt! <= after).toBe(true)
})

test('a closed fence must not be met any more', () => {
  const fences = new Fences()
  const overtaken = vi.fn()
  fences.open(labels(), overtaken).close()
  fences.raise(byUri)
  expect(overtaken).not.toHaveBeenCalled()
})

test('a fetch that sees more go by than is remembered must count as overtaken', () => {
  const fences = new Fences()
  const fence = fences.open(labels(), () => undefined)
  for (let i = 0; i < 1000; i++) fences.raise(byTag(`${i}`))
  expect(fence.overtakenAt).toBeNull()
  fences.raise(byTag('one more'))
  expect(fence.overtakenAt).toBe(1001)
})
