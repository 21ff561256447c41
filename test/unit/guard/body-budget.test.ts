// Budgets of request content.
import fc from 'fast-check'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { BodyError, countBody, holdBody } from '../../../src/guard/body-budget.ts'
import type { BodyFault } from '../../../src/guard/body-budget.ts'
import { turn } from '../../kit/barrier.ts'

async function faultOf(reading: Promise<unknown>): Promise<BodyFault | null> {
  try {
    await reading
    return null
  } catch (error) {
    if (error instanceof BodyError) return error.fault
    throw error
  }
}

const unbounded = { declaredBytes: null, limitBytes: null }

describe('counted content', () => {
  test.each([
    ['chunked content must pass', null, null, ['ab', 'c'], null],
    ['content of its declared length must pass', 3, null, ['ab', 'c'], null],
    ['content at its limit must pass', null, 3, ['ab', 'c'], null],
    ['no content must pass', null, 0, [], null],
    ['a byte beyond the limit must not', null, 3, ['ab', 'cd'], 'over-limit'],
    ['a byte short of the declared length must not', 4, null, ['ab', 'c'], 'wrong-length'],
    ['a byte beyond the declared length must not', 3, null, ['ab', 'cd'], 'wrong-length'],
    ['nothing must not, where something was declared', 1, null, [], 'wrong-length'],
  ] as const)('%s', async (_name, declaredBytes, limitBytes, pieces, expected) => {
    const source = Readable.from(pieces.map((piece) => Buffer.from(piece)))
    const counted = countBody(source, { declaredBytes, limitBytes })
    const reading = buffer(counted)
    expect(await faultOf(reading)).toBe(expected)
    if (expected === null) expect((await reading).toString()).toBe(pieces.join(''))
  })

  test.each([
    ['an error', (source: PassThrough) => source.destroy(new Error('reset'))],
    ['a close', (source: PassThrough) => source.destroy()],
  ])('a source that breaks off by %s must break it off', async (_name, breakOff) => {
    const source = new PassThrough()
    source.write('ab')
    const reading = faultOf(buffer(countBody(source, unbounded)))
    await turn()
    breakOff(source)
    expect(await reading).toBe('broken-off')
  })

  test('a source that broke off before must break it off', async () => {
    const source = new PassThrough().destroy()
    await turn()
    expect(await faultOf(buffer(countBody(source, unbounded)))).toBe('broken-off')
  })

  test('beyond the limit the source must be left paused and whole, so that it can be answered', async () => {
    const source = new PassThrough()
    source.write('abcd')
    expect(await faultOf(buffer(countBody(source, { declaredBytes: null, limitBytes: 3 })))).toBe(
      'over-limit',
    )
    await turn()
    expect([source.destroyed, source.isPaused()]).toEqual([false, true])
  })

  test('a reader that stops must hold the source back', async () => {
    let given = 0
    const source = new Readable({
      read() {
        given += 65_536
        this.push(Buffer.alloc(65_536))
      },
    })
    const counted = countBody(source, unbounded)
    for (let turns = 0; turns < 50; turns++) await turn()
    expect(given).toBeLessThan(1_000_000)
    counted.destroy()
    source.destroy()
  })

  test('it must end if and only if every byte of a whole and permitted source has come through', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 8 })
    const bound = fc.option(fc.nat(80))
    await fc.assert(
      fc.asyncProperty(
        pieces,
        bound,
        bound,
        fc.boolean(),
        async (chunks, declaredBytes, limitBytes, whole) => {
          const source = new PassThrough()
          const reading = buffer(countBody(source, { declaredBytes, limitBytes }))
          const fault = faultOf(reading)
          for (const chunk of chunks) source.write(chunk)
          if (whole) source.end()
          else source.destroy()
          const content = Buffer.concat(chunks)
          const permitted =
            content.length <= (limitBytes ?? Infinity) && content.length === (declaredBytes ?? content.length)
          expect((await fault) === null).toBe(whole && permitted)
          if (whole && permitted) expect((await reading).equals(content)).toBe(true)
        },
      ),
    )
  })
})

describe('held content', () => {
  test('must be what came', async () => {
    const content = await holdBody(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3)
    expect(Buffer.from(content).toString()).toBe('abc')
  })

  test.each([
    ['shorter than declared', 4, (source: PassThrough) => source.end('abc'), 'wrong-length'],
    ['longer than declared', 2, (source: PassThrough) => source.write('abc'), 'wrong-length'],
    ['broken off', 4, (source: PassThrough) => source.destroy(new Error('reset')), 'broken-off'],
    ['closed early', 4, (source: PassThrough) => source.destroy(), 'broken-off'],
  ] as const)('must be refused where it is %s', async (_name, declaredBytes, give, expected) => {
    const source = new PassThrough()
    const holding = faultOf(holdBody(source, declaredBytes))
    give(source)
    expect(await holding).toBe(expected)
  })

  test('a source that is refused must be left paused and whole', async () => {
    const source = new PassThrough()
    source.write('abc')
    await faultOf(holdBody(source, 2))
    expect([source.destroyed, source.isPaused()]).toEqual([false, true])
  })
})
