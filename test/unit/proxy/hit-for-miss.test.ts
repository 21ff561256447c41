// Keys that are not worth waiting for.
import { expect, test } from 'vitest'
import { HitForMiss } from '../../../src/proxy/hit-for-miss.ts'
import { manualClock } from '../../kit/manual-clock.ts'

test('a key must be remembered for two minutes from its last answer', () => {
  const clock = manualClock()
  const memory = new HitForMiss(clock)
  expect(memory.has('k')).toBe(false)
  expect(memory.reasonOf('k')).toBeNull()
  memory.mark('k', 'set-cookie')
  expect(memory.reasonOf('k')).toBe('set-cookie')
  clock.advance(119_999)
  expect(memory.has('k')).toBe(true)
  memory.mark('k', 'set-cookie')
  clock.advance(119_999)
  expect(memory.has('k')).toBe(true)
  clock.advance(1)
  expect(memory.has('k')).toBe(false)
})

test('a storable answer must clear its key', () => {
  const memory = new HitForMiss(manualClock())
  memory.mark('k', 'set-cookie')
  memory.unmark('k')
  expect(memory.has('k')).toBe(false)
})

test('the memory must be bounded, whatever keys clients make up', () => {
  const memory = new HitForMiss(manualClock())
  for (let i = 0; i < 20_000; i++) memory.mark(`k${i}`, 'set-cookie')
  expect(memory.has('k0')).toBe(false)
  expect(memory.has('k19999')).toBe(true)
})
