import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseBoundary, formatMultipart, parseRange } from '../../../src/http/ranges.ts'

const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }
const ranges = (...pairs: [number, number][]) => ({
  kind: 'ranges',
  ranges: pairs.map(([first, last]) => ({ first, last })),
})

describe('a Range value for 10 bytes', () => {
  test.each([
    ['bytes=0-0', ranges([0, 0])],
    ['bytes=2-5', ranges([2, 5])],
    ['bytes=5-', ranges([5, 9])],
    ['bytes=0-9', ranges([0, 9])],
    ['bytes=5-99999999999999999999999', ranges([5, 9])],
    ['bytes=-3', ranges([7, 9])],
    ['bytes=-99', ranges([0, 9])],
    ['BYTES=1-2', ranges([1, 2])],
    ['bytes=1-2, 4-5 ,\t-1', ranges([1, 2], [4, 5], [9, 9])],
    ['bytes=8-9, 0-1', ranges([8, 9], [0, 1])],
    ['bytes=0-1, 50-60', ranges([0, 1])],
    ['bytes=10-', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    ['bytes=10-11, 99-', unsatisfiable],
    ['bytes=99999999999999999999999-', unsatisfiable],
    ['bytes=0-4, 4-6', whole],
    ['bytes=0-, -1', whole],
    ['bytes=0-0,2-2,4-4,6-6,8-8', ranges([0, 0], [2, 2], [4, 4], [6, 6], [8, 8])],
    ['bytes=0-0,2-2,4-4,6-6,8-8,9-9', whole],
    ['bytes=5-4', whole],
    ['bytes=', whole],
    ['bytes=a-b', whole],
    ['bytes=-', whole],
    ['bytes=+1-2', whole],
    ['bytes=1 - 2', whole],
    ['bytes 1-2', whole],
    ['lines=1-2', whole],
    ['', whole],
  ])('%j must be read as %j (RFC 9110 §14.1.2)', (value, expected) => {
    expect(parseRange(value, 10)).toEqual(expected)
  })

  test('an empty representation has no first byte, and its end is all of it', () => {
    expect(parseRange('bytes=0-', 0)).toEqual(unsatisfiable)
    expect(parseRange('bytes=-1', 0)).toEqual(whole)
  })

  test('ranges must never leave the representation, overlap, or be more than five', () => {
    const position = fc.oneof(fc.nat(30), fc.constant(''), fc.bigInt({ min: 0n, max: 10n ** 30n }))
    const member = fc.tuple(position, position).map(([first, last]) => `${first}-${last}`)
    fc.assert(
      fc.property(fc.array(member, { maxLength: 7 }), fc.nat(40), (members, length) => {
        const selection = parseRange(`bytes=${members.join(',')}`, length)
        if (selection.kind !== 'ranges') return
        expect(selection.ranges.length).toBeLessThanOrEqual(5)
        const seen = new Set<number>()
        for (const { first, last } of selection.ranges) {
          expect(first <= last && first >= 0 && last < length).toBe(true)
          for (let at = first; at <= last; at++) expect(seen.has(at) || !seen.add(at)).toBe(false)
        }
      }),
    )
  })

  test('no text may make reading throw', () => {
    fc.assert(fc.property(fc.string(), fc.nat(), (text, length) => void parseRange(`bytes=${text}`, length)))
  })
})

describe('several ranges', () => {
  const content = new TextEncoder().encode('0123456789')

  test('must be sent as multipart/byteranges (RFC 9110 §14.6)', () => {
    const parts = formatMultipart(
      content,
      [
        { first: 1, last: 2 },
        { first: 9, last: 9 },
      ],
      'text/plain',
      'B',
    )
    expect(Buffer.concat(parts).toString()).toBe(
      '\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 1-2/10\r\n\r\n12' +
        '\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9' +
        '\r\n--B--\r\n',
    )
  })

  test('must state no type where the whole has none', () => {
    expect(
      Buffer.concat(formatMultipart(content, [{ first: 0, last: 0 }], null, 'B')).toString(),
    ).not.toContain('Type')
  })

  test('must be kept apart by what the content does not contain', () => {
    expect(chooseBoundary(content, 'x')).toBe('x')
    expect(chooseBoundary(new TextEncoder().encode('a weir-1 b weir-1-0'), 'weir-1')).toBe('weir-1-1')
    expect(chooseBoundary(new TextEncoder().encode('weir'), 'weir-1')).toBe('weir-1')
  })
})
