// What of a query is shown.
import { expect, test } from 'vitest'
import { queryRedactor } from '../../../src/observe/redact.ts'

const redact = queryRedactor(['token*', 'key'])

test.each([
  ['', ''],
  ['?page=2', '?page=2'],
  ['?token=hush', '?token=[redacted]'],
  ['?page=2&TOKEN_ID=hush&key=hush', '?page=2&TOKEN_ID=[redacted]&key=[redacted]'],
  ['?to%6ben=hush', '?to%6ben=[redacted]'],
  ['?key=a=b', '?key=[redacted]'],
  ['?monkey=see', '?monkey=see'],
  ['?key', '?key'],
  ['?%ff=1&key=hush', '?%ff=1&key=[redacted]'],
  ['?a=1;key=hush', '?a=1;key=[redacted]'],
])('%s is shown as %s', (query, shown) => {
  expect(redact(query)).toBe(shown)
})
