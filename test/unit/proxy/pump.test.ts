// From a shared body into a reply: backpressure, and an end that tells how it was.
import { expect, test, vi } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { pump } from '../../../src/proxy/pump.ts'
import type { Reply } from '../../../src/proxy/reply.ts'
import { SharedBody } from '../../../src/proxy/shared-body.ts'

function setting(maxLagBytes = 1_000) {
  const source = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn() }
  const shared = new SharedBody(source, maxLagBytes)
  const log: string[] = []
  let drained = (): void => undefined
  let gone = (): void => undefined
  let takes = true
  const reply: Reply = {
    started: true,
    inform: () => undefined,
    send: () => undefined,
    start: () => undefined,
    write(chunk) {
      log.push(Buffer.from(chunk).toString())
      return takes
    },
    end: () => void log.push('end'),
    abort: () => void log.push('abort'),
    onDrain: (listener) => (drained = listener),
    onGone: (listener) => (gone = listener),
  }
  const done = vi.fn()
  return {
    shared,
    source,
    log,
    done,
    start: () => pump(shared, reply, done),
    stop: () => (takes = false),
    drain: () => {
      takes = true
      drained()
    },
    leave: () => gone(),
  }
}

test('what is there must be written at once, the rest as it comes, and the end said once', () => {
  const { shared, log, done, start } = setting()
  shared.push(Buffer.from('a'))
  start()
  shared.push(Buffer.from('b'))
  expect(log).toEqual(['a', 'b'])
  shared.end(Fields.empty)
  expect(log).toEqual(['a', 'b', 'end'])
  expect(done.mock.calls).toEqual([['whole', 2]])
  expect(shared.readers).toBe(0)
})

test('a client that takes no more must be waited for', () => {
  const { shared, log, start, stop, drain, done } = setting()
  start()
  stop()
  for (const text of ['a', 'b', 'c']) shared.push(Buffer.from(text))
  shared.end(Fields.empty)
  expect(log).toEqual(['a'])
  drain()
  expect(log).toEqual(['a', 'b', 'c', 'end'])
  expect(done.mock.calls).toEqual([['whole', 3]])
})

test('a failed body must break the reply off after what came before', () => {
  const { shared, log, start, done } = setting()
  start()
  shared.push(Buffer.from('a'))
  shared.fail()
  expect(log).toEqual(['a', 'abort'])
  expect(done.mock.calls).toEqual([['broken', 1]])
})

test('a client that is outpaced must be broken off', () => {
  const { shared, log, start, stop, done } = setting(10)
  start()
  const fast = shared.read({ stirred: () => undefined, outpaced: () => undefined })
  stop()
  shared.release()
  for (let i = 0; i < 3; i++) {
    shared.push(Buffer.alloc(10, 'x'))
    while (fast.next() !== undefined);
  }
  expect(log.at(-1)).toBe('abort')
  expect(done.mock.calls).toEqual([['broken', 10]])
})

test('a client that leaves must be forgotten, and told nothing more', () => {
  const { shared, source, log, start, leave, done } = setting()
  start()
  shared.release()
  shared.push(Buffer.from('a'))
  leave()
  shared.push(Buffer.from('b'))
  leave()
  expect(log).toEqual(['a'])
  expect(done.mock.calls).toEqual([['gone', 1]])
  expect(source.abort).toHaveBeenCalled()
})

test('a body that ended before must be pumped whole', () => {
  const { shared, log, start, done } = setting()
  shared.push(Buffer.from('a'))
  shared.end(Fields.empty)
  start()
  expect(log).toEqual(['a', 'end'])
  expect(done).toHaveBeenCalledTimes(1)
})
