// One timer for the phases and the whole of a fetch.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { Deadlines } from '../../../src/origin/deadlines.ts'
import type { Expired } from '../../../src/origin/deadlines.ts'
import { manualClock } from '../../kit/manual-clock.ts'

function setting(totalMs: number | null) {
  const manual = manualClock(0)
  let timers = 0
  const clock: Clock = {
    now: () => manual.now(),
    after(delayMs, task) {
      timers += 1
      return manual.after(delayMs, task)
    },
  }
  const log: [Expired, number][] = []
  const deadlines = new Deadlines(clock, totalMs, (expired) => log.push([expired, manual.now()]))
  return { manual, deadlines, log, timers: () => timers }
}

test('a phase must expire at its time, once', () => {
  const { manual, deadlines, log } = setting(null)
  deadlines.enter('connect', 100)
  manual.advance(1_000)
  expect([log, manual.pendingTimers()]).toEqual([[['connect', 100]], 0])
})

test('the next phase must take the place of the one before, shorter or longer', () => {
  const { manual, deadlines, log } = setting(null)
  deadlines.enter('connect', 100)
  deadlines.enter('head', 300)
  deadlines.enter('body', 50)
  manual.advance(1_000)
  expect(log).toEqual([['body', 50]])
})

test('the whole must expire whatever the phases do', () => {
  const { manual, deadlines, log } = setting(1_000)
  for (let at = 0; at < 1_000; at += 50) {
    deadlines.enter('body', 100)
    manual.advance(50)
  }
  expect(log).toEqual([['total', 1_000]])
})

test('a rest must end the phase alone, and `liftTotal` the whole alone', () => {
  const resting = setting(1_000)
  resting.deadlines.enter('body', 100)
  resting.deadlines.rest()
  resting.manual.advance(5_000)
  expect(resting.log).toEqual([['total', 1_000]])
  const lifted = setting(1_000)
  lifted.deadlines.liftTotal()
  lifted.deadlines.enter('body', 2_000)
  lifted.manual.advance(5_000)
  expect(lifted.log).toEqual([['body', 2_000]])
})

test('the whole must still expire after a phase has', () => {
  const { manual, deadlines, log } = setting(1_000)
  deadlines.enter('backoff', 100)
  manual.advance(5_000)
  expect(log).toEqual([
    ['backoff', 100],
    ['total', 1_000],
  ])
})

test('`cancel` must leave no timer and say nothing', () => {
  const { manual, deadlines, log } = setting(1_000)
  deadlines.enter('body', 100)
  deadlines.cancel()
  expect(manual.pendingTimers()).toBe(0)
  manual.advance(5_000)
  expect(log).toEqual([])
})

test('a body of many pieces must not set a timer for each', () => {
  const { manual, deadlines, log, timers } = setting(60_000)
  for (let piece = 0; piece < 10_000; piece++) {
    deadlines.enter('body', 30_000)
    manual.advance(1)
  }
  expect([log, timers()]).toEqual([[], 1])
})

test('it must behave as two plain timers would', () => {
  const step = fc.oneof(
    fc.nat(100).map((ms) => ({ kind: 'enter' as const, ms })),
    fc.nat(60).map((ms) => ({ kind: 'advance' as const, ms })),
    fc.constant({ kind: 'rest' as const, ms: 0 }),
  )
  fc.assert(
    fc.property(fc.option(fc.nat(400)), fc.array(step), (totalMs, steps) => {
      const { manual, deadlines, log } = setting(totalMs)
      const plain = manualClock(0)
      const plainLog: [Expired, number][] = []
      const expire = (expired: Expired) => (): void => void plainLog.push([expired, plain.now()])
      let phase = { cancel: (): void => undefined }
      let armed = false
      for (const { kind, ms } of steps) {
        // The whole is watched from the first phase on: before that, nothing is under way.
        if (kind === 'enter' && !armed && totalMs !== null)
          plain.after(totalMs - plain.now(), expire('total'))
        if (kind === 'enter') armed = true
        if (kind === 'enter' || kind === 'rest') phase.cancel()
        if (kind === 'enter') {
          deadlines.enter('body', ms)
          phase = plain.after(ms, expire('body'))
        }
        if (kind === 'rest') deadlines.rest()
        manual.advance(ms)
        plain.advance(ms)
      }
      // Whatever would come with the end of the whole, or after it, is moot.
      const untilTotal = (events: [Expired, number][]): [Expired, number][] => {
        const sorted = [...events].sort(([a, atA], [, atB]) => atA - atB || (a === 'total' ? -1 : 1))
        const end = sorted.findIndex(([expired]) => expired === 'total')
        return end < 0 ? sorted : sorted.slice(0, end + 1)
      }
      expect(untilTotal(log)).toEqual(untilTotal(plainLog))
    }),
  )
})

test('while it is held for the client nothing must expire, and the whole must have left what it had', () => {
  const { manual, deadlines, log } = setting(1_000)
  deadlines.enter('body', 300)
  manual.advance(200)
  deadlines.hold()
  manual.advance(500)
  deadlines.hold()
  manual.advance(5_000)
  expect(log).toEqual([])
  for (let at = 0; at < 800; at += 200) {
    deadlines.enter('body', 300)
    manual.advance(200)
  }
  expect(log).toEqual([['total', 6_500]])
  deadlines.cancel()
  expect(manual.pendingTimers()).toBe(0)
})
