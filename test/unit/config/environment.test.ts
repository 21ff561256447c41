// References to environment variables in text.
import { expect, test } from 'vitest'
import { expandEnvironment } from '../../../src/config/environment.ts'

const env = { A: 'one', EMPTY: '', NESTED: '${A}', DOLLARS: "$& $1 $'" }

test.each([
  ['plain', 'plain'],
  ['$A and $', '$A and $'],
  ['${A}', 'one'],
  ['http://${A}:${PORT:-80}/${A}', 'http://one:80/one'],
  ['${EMPTY}', ''],
  ['${EMPTY:-x}', 'x'],
  ['${A:-x}', 'one'],
  ['${NONE:-}', ''],
  ['${NONE:-a:-b}', 'a:-b'],
  ['${NESTED}', '${A}'],
  ['${DOLLARS}', "$& $1 $'"],
])('%j must become %j', (text, value) => {
  expect(expandEnvironment(text, env)).toEqual({ value })
})

test.each([
  ['${NONE}', 'the environment variable NONE is not set'],
  ['${constructor}', 'the environment variable constructor is not set'],
  ['${NONE} ${', 'the environment variable NONE is not set'],
  ['${A', 'write an environment variable as ${NAME} or ${NAME:-default}'],
  ['${}', 'write an environment variable as ${NAME} or ${NAME:-default}'],
  ['${1A}', 'write an environment variable as ${NAME} or ${NAME:-default}'],
  ['${A-x}', 'write an environment variable as ${NAME} or ${NAME:-default}'],
])('%j must be refused', (text, problem) => {
  expect(expandEnvironment(text, env)).toEqual({ problem })
})
