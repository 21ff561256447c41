// Sizes: what an operator may write, and that writing one back loses nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSize, parseSize } from '../../../src/base/size.ts'

test.each([
  ['0', 0],
  ['4096', 4096],
  ['16KiB', 16_384],
  ['8MiB', 8_388_608],
  ['1GiB', 1_073_741_824],
  ['64kB', 64_000],
  ['5MB', 5_000_000],
  ['2GB', 2_000_000_000],
])('%s must be read as %i bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each(['', 'KiB', '1 MiB', '1mib', '1KB', '1M', '-1', '1.5MiB', '1MiB\n', '99999999999GiB'])(
  'a size must not be read from %j',
  (text) => {
    expect(parseSize(text)).toBeNull()
  },
)

test.each([
  [0, '0'],
  [1000, '1kB'],
  [1024, '1KiB'],
  [1025, '1025'],
  [268_435_456, '256MiB'],
])('%i bytes must be written as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})

test('a size that is written must be read as the same', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => parseSize(formatSize(bytes)) === bytes))
})
