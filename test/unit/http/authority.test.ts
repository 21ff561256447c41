import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAuthority } from '../../../src/http/authority.ts'

describe('an authority', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com:80', 'example.com:80'],
    ['example.com.', 'example.com'],
    ['example.com.:8080', 'example.com:8080'],
    ['example.com:', 'example.com'],
    ['127.0.0.1:65535', '127.0.0.1:65535'],
    ['[::1]', '[::1]'],
    ['[2001:DB8::1]:443', '[2001:db8::1]:443'],
    ['my_host-1', 'my_host-1'],
    ['a%41', 'a%41'],
  ])('%s must be read as %s', (text, expected) => {
    expect(parseAuthority(text)).toBe(expected)
  })

  test.each([
    '',
    '.',
    'a..',
    ':80',
    'user@host',
    'user:pass@host',
    'host:65536',
    'host:8a',
    'host:-1',
    'host:80:80',
    '[::1',
    '[::g]',
    '[]',
    '[1.2.3.4]',
    '::1',
    'a b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'a%4',
    'h\u00f6st',
    'a'.repeat(256),
    'a, b',
  ])('%j must be refused (RFC 9110 §4.2.3)', (text) => {
    expect(parseAuthority(text)).toBeNull()
  })

  test('must be stable when parsed again, and no text may make it throw', () => {
    const parts = fc.constantFrom('a', 'B', '.', ':', '8', '[', ']', '::1', '%41', '@', '-')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join('')),
        ),
        (text) => {
          const authority = parseAuthority(text)
          if (authority !== null) expect(parseAuthority(authority)).toBe(authority)
        },
      ),
    )
  })
})
