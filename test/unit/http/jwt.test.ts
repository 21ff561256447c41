import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokenExpiresAt } from '../../../src/http/jwt.ts'

function token(payload: string): string {
  return `e30.${Buffer.from(payload).toString('base64url')}.c2ln`
}

describe('the expiry of a token', () => {
  test.each([
    ['of a bearer token must be in milliseconds', `Bearer ${token('{"exp":1700000000}')}`, 1_700_000_000_000],
    ['of another scheme is read too', `DPoP ${token('{"exp":1.5}')}`, 1500],
    ['must be read beside text that is not ASCII', `bearer ${token('{"name":"気ÿ¿","exp":7}')}`, 7000],
    ['may be missing', `Bearer ${token('{"sub":"a"}')}`, null],
    ['must be a number', `Bearer ${token('{"exp":"7"}')}`, null],
    ['must be finite', `Bearer ${token('{"exp":1e308}')}`, null],
    ['must be in an object', `Bearer ${token('null')}`, null],
    ['must be in JSON', `Bearer ${token('{')}`, null],
    ['must be in base64url', 'Bearer a.!.c', null],
    ['is not in an opaque token', 'Bearer abc', null],
    ['is not in two parts', 'Bearer a.b', null],
    ['is not in Basic credentials', 'Basic dXNlcjpwYXNz', null],
    ['is not sought in an endless token', `Bearer ${token(`{"exp":7,"x":"${'x'.repeat(20_000)}"}`)}`, null],
  ])('%s', (_, value, expected) => {
    expect(tokenExpiresAt(value)).toBe(expected)
  })

  test('must be sought without throwing', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (text, json) => {
        for (const value of [text, token(json)]) {
          const expiresAt = tokenExpiresAt(value)
          expect(expiresAt === null || Number.isFinite(expiresAt)).toBe(true)
        }
      }),
    )
  })
})
