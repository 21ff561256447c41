// Which of a route's rules names an answer.
import { expect, test } from 'vitest'
import { bytesToKeep, type ClassRule, classify } from '../../../src/policy/classify.ts'

const rules: readonly ClassRule[] = [
  {
    name: 'cooldown',
    status: 429,
    content: { kind: 'pointer', pointer: '/error/code', equals: 'model_cooldown' },
  },
  { name: 'coded', status: 429, content: { kind: 'pointer', pointer: '/error/code', equals: undefined } },
  { name: 'unsupported', status: 400, content: { kind: 'contains', text: 'unsupported model' } },
  { name: 'limited', status: 429, content: null },
  { name: 'maintenance', status: null, content: { kind: 'contains', text: 'down for maintenance' } },
]

const code = (value: unknown): string => JSON.stringify({ error: { code: value } })

test.each([
  ['a pointer to exactly this', 429, code('model_cooldown'), true, 'cooldown'],
  ['a pointer to anything, after the one before did not match', 429, code('other'), true, 'coded'],
  ['the status alone, where the JSON has nothing there', 429, '{}', true, 'limited'],
  ['the status alone, where it is no JSON', 429, '<html>', true, 'limited'],
  ['the status alone, where the JSON is not all there', 429, code('model_cooldown'), false, 'limited'],
  ['the status alone, where the content is coded', 429, null, false, 'limited'],
  ['a text', 400, 'this is an unsupported model', false, 'unsupported'],
  ['no text beyond the first KiB', 400, `${' '.repeat(1020)}unsupported model`, false, null],
  ['a text whatever the status', 503, 'down for maintenance', true, 'maintenance'],
  ['nothing of a prototype', 429, '{"error":{}}', true, 'limited'],
  ['nothing of another status', 200, code('model_cooldown'), true, null],
])('a rule may match by %s', (_, status, text, whole, expected) => {
  expect(classify(rules, { status, text, whole })).toBe(expected)
})

test.each([
  [429, 16_384],
  [400, 1024],
  [200, 1024],
])('of an answer with status %i no more is kept than a rule looks at', (status, bytes) => {
  expect(bytesToKeep(rules, status)).toBe(bytes)
})

test('where statuses alone decide, nothing is kept', () => {
  expect(bytesToKeep([{ name: 'limited', status: 429, content: null }], 429)).toBe(0)
})
