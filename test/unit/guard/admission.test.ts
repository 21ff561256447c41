// Places and the line before them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAdmission } from '../../../src/guard/admission.ts'
import type { Admission, Entrance } from '../../../src/guard/admission.ts'
import { manualClock } from '../../kit/manual-clock.ts'

function setting(concurrency: number | null, queue: number) {
  const clock = manualClock(0)
  const admission = createAdmission({ concurrency, queue }, clock)
  const log: string[] = []
  const enter = (name: string, waitUntil = 1_000): Entrance =>
    admission.enter({
      waitUntil,
      admitted: () => log.push(`${name} in`),
      refused: () => log.push(`${name} refused`),
    })
  return { clock, admission, log, enter }
}

test('without a limit everybody must be admitted at once', () => {
  const { admission, enter } = setting(null, 0)
  for (let i = 0; i < 1_000; i++) expect(enter('x').kind).toBe('admitted')
  expect([admission.active, admission.waiting]).toEqual([1_000, 0])
})

test('beyond the places they must wait, and beyond the queue be refused', () => {
  const { enter, admission, log } = setting(1, 2)
  expect(['a', 'b', 'c', 'd'].map((name) => enter(name).kind)).toEqual([
    'admitted',
    'waiting',
    'waiting',
    'refused',
  ])
  expect([admission.active, admission.waiting, log]).toEqual([1, 2, []])
})

test('places must be given in the order of arrival', () => {
  const { enter, admission, log, clock } = setting(1, 5)
  for (const name of ['a', 'b', 'c']) enter(name)
  admission.leave()
  expect(log).toEqual(['b in'])
  admission.leave()
  admission.leave()
  expect(log).toEqual(['b in', 'c in'])
  expect([admission.active, admission.waiting, clock.pendingTimers()]).toEqual([0, 0, 0])
})

test('whoever waits past the deadline must be refused then, and take no place later', () => {
  const { enter, admission, log, clock } = setting(1, 5)
  enter('a')
  enter('b', 500)
  enter('c', 900)
  clock.advance(499)
  expect(log).toEqual([])
  clock.advance(1)
  expect(log).toEqual(['b refused'])
  admission.leave()
  expect(log).toEqual(['b refused', 'c in'])
  expect(clock.pendingTimers()).toBe(0)
})

test('whoever is already past the deadline must be refused at once', () => {
  const { enter } = setting(1, 5)
  enter('a')
  expect(enter('b', 0).kind).toBe('refused')
})

test('in a process too busy for its timers, those past their deadline must make room first', () => {
  let now = 0
  const log: string[] = []
  const lateClock = { now: () => now, after: () => ({ cancel: () => undefined }) }
  const admission = createAdmission({ concurrency: 1, queue: 1 }, lateClock)
  const enter = (name: string, waitUntil: number): string =>
    admission.enter({
      waitUntil,
      admitted: () => log.push(`${name} in`),
      refused: () => log.push(`${name} refused`),
    }).kind
  enter('a', 10)
  enter('late', 10)
  now = 20
  expect(enter('next', 100)).toBe('waiting')
  expect(log).toEqual(['late refused'])
  now = 200
  admission.leave()
  expect([log, admission.active]).toEqual([['late refused', 'next refused'], 0])
})

test('whoever gives up must leave the line without a word', () => {
  const { enter, admission, log, clock } = setting(1, 5)
  enter('a')
  const entrance = enter('b')
  if (entrance.kind === 'waiting') entrance.giveUp()
  admission.leave()
  clock.advance(10_000)
  expect([log, admission.active, admission.waiting, clock.pendingTimers()]).toEqual([[], 0, 0, 0])
})

test('however they come and go, the limits must hold and everybody be told exactly once', () => {
  const steps = fc.array(
    fc.oneof(fc.constant('enter'), fc.constant('leave'), fc.constant('giveUp'), fc.nat(300)),
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 3 }), fc.nat(3), (actions, concurrency, queue) => {
      const clock = manualClock(0)
      const admission: Admission = createAdmission({ concurrency, queue }, clock)
      const told: number[] = []
      const waiting = new Map<number, () => void>()
      let inside = 0
      actions.forEach((action, n) => {
        if (action === 'enter') {
          const entrance = admission.enter({
            waitUntil: clock.now() + 200,
            admitted: () => {
              inside += 1
              told.push(n)
              waiting.delete(n)
            },
            refused: () => {
              told.push(n)
              waiting.delete(n)
            },
          })
          if (entrance.kind === 'admitted') inside += 1
          if (entrance.kind === 'waiting') waiting.set(n, entrance.giveUp)
        } else if (action === 'leave' && inside > 0) {
          inside -= 1
          admission.leave()
        } else if (action === 'giveUp') {
          const [first] = waiting
          first?.[1]()
          if (first) waiting.delete(first[0])
        } else if (typeof action === 'number') {
          clock.advance(action)
        }
        expect(admission.active).toBe(inside)
        expect(inside).toBeLessThanOrEqual(concurrency)
        expect(admission.waiting).toBe(waiting.size)
        expect(waiting.size).toBeLessThanOrEqual(queue)
        expect(clock.pendingTimers()).toBe(waiting.size)
        expect(new Set(told).size).toBe(told.length)
      })
    }),
  )
})
