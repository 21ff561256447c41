// A body that is read by many: what is kept, what sets the pace, and who is left behind.
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { type BodyReader, SharedBody } from '../../../src/proxy/shared-body.ts'

const windowBytes = 256 * 1024

function body(maxLagBytes = 1_000_000) {
  const source = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn() }
  return { source, shared: new SharedBody(source, maxLagBytes) }
}

function reading(shared: SharedBody) {
  const listener = { stirred: vi.fn(), outpaced: vi.fn() }
  return { ...listener, reader: shared.read(listener) }
}

/** All that a reader can have now. */
function drain(reader: BodyReader): string {
  let text = ''
  for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next())
    text += Buffer.from(chunk).toString()
  return text
}

const piece = (bytes: number): Uint8Array => Buffer.alloc(bytes, 'x')

describe('while all of it is kept', () => {
  test('readers may come at any point and must get it from the beginning', () => {
    const { shared } = body()
    const early = reading(shared)
    shared.push(Buffer.from('one '))
    expect(drain(early.reader)).toBe('one ')
    shared.push(Buffer.from('two'))
    const late = reading(shared)
    shared.end(Fields.empty)
    expect(drain(late.reader)).toBe('one two')
    expect(drain(early.reader)).toBe('two')
    expect(late.reader.state.kind).toBe('ended')
    expect(Buffer.concat(shared.chunks).toString()).toBe('one two')
  })

  test('the origin must not wait, nor the fetch end when nobody reads', () => {
    const { shared, source } = body()
    const { reader } = reading(shared)
    shared.push(piece(10 * windowBytes))
    reader.leave()
    expect(source.pause).not.toHaveBeenCalled()
    expect(source.abort).not.toHaveBeenCalled()
  })

  test('each piece, the end and a failure must stir the readers', () => {
    const { shared } = body()
    const { stirred } = reading(shared)
    shared.push(piece(1))
    shared.fail()
    expect(stirred).toHaveBeenCalledTimes(2)
    expect(shared.state.kind).toBe('failed')
  })
})

describe('once it is released', () => {
  test('a piece longer than the lag must cut off nobody who takes it in turn', () => {
    const { shared } = body(10)
    const readers = [1, 2].map(() => {
      const outpaced = vi.fn()
      const reader = shared.read({ stirred: () => void reader.next(), outpaced })
      return { reader, outpaced }
    })
    shared.release()
    shared.push(piece(100))
    for (const { reader, outpaced } of readers) {
      expect(reader.taken).toBe(100)
      expect(outpaced).not.toHaveBeenCalled()
    }
  })

  test('what every reader has taken must be dropped', () => {
    const { shared } = body()
    const [a, b] = [reading(shared), reading(shared)]
    shared.push(piece(10))
    shared.push(piece(10))
    shared.release()
    drain(a.reader)
    expect(shared.chunks).toHaveLength(2)
    b.reader.next()
    expect(shared.chunks).toHaveLength(1)
    drain(b.reader)
    expect(shared.chunks).toHaveLength(0)
  })

  test('the origin must wait when the fastest reader falls behind by more than the window, and go on when it catches up', () => {
    const { shared, source } = body()
    const { reader } = reading(shared)
    shared.release()
    shared.push(piece(windowBytes))
    expect(source.pause).not.toHaveBeenCalled()
    shared.push(piece(1))
    shared.push(piece(1))
    expect(source.pause).toHaveBeenCalledTimes(1)
    reader.next()
    expect(source.resume).toHaveBeenCalledTimes(1)
  })

  test('the slowest reader must not make the origin wait', () => {
    const { shared, source } = body()
    const fast = reading(shared)
    reading(shared)
    shared.release()
    shared.push(piece(windowBytes))
    drain(fast.reader)
    shared.push(piece(windowBytes))
    drain(fast.reader)
    expect(source.pause).not.toHaveBeenCalled()
  })

  test('a reader that falls too far behind the fastest must be told, once, and hold nothing any more', () => {
    const { shared } = body(100)
    const [fast, slow] = [reading(shared), reading(shared)]
    shared.release()
    shared.push(piece(100))
    drain(fast.reader)
    expect(slow.outpaced).not.toHaveBeenCalled()
    shared.push(piece(1))
    drain(fast.reader)
    expect(slow.outpaced).toHaveBeenCalledTimes(1)
    expect(shared.chunks).toHaveLength(0)
    shared.push(piece(200))
    drain(fast.reader)
    expect(slow.outpaced).toHaveBeenCalledTimes(1)
    expect(shared.readers).toBe(1)
  })

  test('the source must be aborted when the last reader leaves, and not if it has ended', () => {
    const { shared, source } = body()
    const [a, b] = [reading(shared), reading(shared)]
    shared.release()
    a.reader.leave()
    expect(source.abort).not.toHaveBeenCalled()
    b.reader.leave()
    expect(source.abort).toHaveBeenCalledTimes(1)

    const ended = body()
    const { reader } = reading(ended.shared)
    ended.shared.release()
    ended.shared.end(Fields.empty)
    reader.leave()
    expect(ended.source.abort).not.toHaveBeenCalled()
  })

  test('a body that nobody reads when it is released must be aborted', () => {
    const { shared, source } = body()
    shared.push(piece(1))
    shared.release()
    expect(source.abort).toHaveBeenCalledTimes(1)
  })
})

test('whatever the order of pieces, reads and the release: each reader must get each byte once, in order', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant('push' as const),
        text: fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme-ascii' }),
      }),
      fc.record({ do: fc.constant('read' as const), who: fc.nat(2) }),
      fc.record({ do: fc.constant('release' as const) }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (sequence) => {
      const { shared } = body()
      const readers = [0, 1, 2].map(() => ({ ...reading(shared), text: '' }))
      let whole = ''
      for (const step of sequence) {
        if (step.do === 'push') {
          whole += step.text
          shared.push(Buffer.from(step.text))
        } else if (step.do === 'release') {
          shared.release()
        } else {
          const one = readers[step.who]!
          one.text += Buffer.from(one.reader.next() ?? []).toString()
        }
      }
      for (const one of readers) expect(one.text + drain(one.reader)).toBe(whole)
      expect(shared.bytes).toBe(Buffer.byteLength(whole))
    }),
  )
})
