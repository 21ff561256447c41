// Pointers into JSON values (RFC 6901).
import { expect, test } from 'vitest'
import { isJsonPointer, resolvePointer } from '../../../src/base/json-pointer.ts'

const value = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, nested: { deep: { x: null } } }

test.each([
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/foo/2', undefined],
  ['/foo/00', undefined],
  ['/foo/length', undefined],
  ['/foo/-', undefined],
  ['/', 0],
  ['/a~1b', 1],
  ['/m~0n', 8],
  ['/nested/deep/x', null],
  ['/nested/none/x', undefined],
  ['/toString', undefined],
  ['/__proto__', undefined],
  ['', value],
])('%j must point to %j (§5)', (pointer, expected) => {
  expect(resolvePointer(value, pointer)).toEqual(expected)
})

test.each([
  ['', true],
  ['/a/b~0~1', true],
  ['a', false],
  ['/a~', false],
  ['/a~2', false],
])('whether %j is a pointer must be %j (§3)', (text, expected) => {
  expect(isJsonPointer(text)).toBe(expected)
})
