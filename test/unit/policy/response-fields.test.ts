import { expect, test } from 'vitest'
import { responseFields } from '../../../src/policy/response-fields.ts'
import { answerOf } from './requests.ts'

const date = ['Date', 'Sat, 01 Mar 2025 12:00:00 GMT']

test('an answer must keep its end-to-end fields in order, duplicates and Age included, and gain Via', () => {
  const kept = [
    ...date,
    'set-cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
    'Age',
    '5',
    'Cache-Status',
    'x; hit',
    'Via',
    '1.1 x',
  ]
  const answer = answerOf(200, [
    'Connection',
    'close, X-Hop',
    'X-Hop',
    '1',
    'Transfer-Encoding',
    'chunked',
    ...kept,
  ])
  expect(responseFields(answer, 0).raw).toEqual([...kept, 'Via', '1.1 weir'])
})

test("an answer must lose the origin's own X-Cache", () => {
  expect(responseFields(answerOf(200, [...date, 'x-cache', 'HIT']), 0).raw).toEqual([
    ...date,
    'Via',
    '1.1 weir',
  ])
})

test('an answer without Date must be dated with the time it came (RFC 9110 §6.6.1)', () => {
  expect(responseFields(answerOf(200), Date.UTC(2025, 2, 1, 12)).get('date')).toBe(date[1])
})
