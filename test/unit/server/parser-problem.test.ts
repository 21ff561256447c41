// What an error of node:http's parser deserves as an answer.
import { expect, test } from 'vitest'
import { parserEvent } from '../../../src/server/parser-problem.ts'

const error = (code: string): NodeJS.ErrnoException => Object.assign(new Error('secret'), { code })

test.each([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_INVALID_METHOD', 400],
  ['HPE_INVALID_TRANSFER_ENCODING', 400],
  ['HPE_LF_EXPECTED', 400],
  ['UNHEARD_OF', 400],
])('%s must be refused with %i', (code, status) => {
  const event = parserEvent(error(code))
  expect(event).toMatchObject({ kind: 'refused', status })
  expect(JSON.stringify(event)).not.toContain('secret')
})

test.each(['ECONNRESET', 'EPIPE'])('after %s there is nobody to answer', (code) => {
  expect(parserEvent(error(code))).toEqual({ kind: 'gone' })
})

test('bytes after the last request are no request', () => {
  expect(parserEvent(error('HPE_CLOSED_CONNECTION'))).toEqual({ kind: 'surplus' })
})
