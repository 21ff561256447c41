// Whatever the text of a configuration, loading it ends with a configuration, or with errors that have a place in it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { errorsOf } from './errors-of.ts'

const keys =
  'listen origin manage cache routes defaults path ttl key query limits statuses 404 tags job __proto__ x'
const key = fc.constantFrom(...keys.split(' '))
const scalar = fc.oneof(
  fc.constantFrom('30s', 'off', '/a/:id', 'http://api', '${X}', '${', null, true, 0, 12.5),
  fc.string(),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}))

const marks = ['a: ', '- ', '\n', '  ', '{', '}', '[', ']', '&a ', '*a', '? ', ': ', '|', '"', '#', '!!set ']
const lines = ['<<: ', '---\n', '${X}', 'origin: http://api\n', 'routes:\n']
const fragments = fc.array(fc.constantFrom(...marks, ...lines), { maxLength: 20 })

const text = fc.oneof(
  tree.map((value) => JSON.stringify(value)),
  fragments.map((parts) => parts.join('')),
  fc.string(),
)

function expectPlaces(written: string): void {
  const loaded = loadConfig(written, { file: 'p.yaml', env: {} })
  if (loaded.kind === 'ok') return
  expect(loaded.errors.length).toBeGreaterThan(0)
  for (const { line, column } of loaded.errors) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(written.split('\n').length)
    expect(column).toBeGreaterThanOrEqual(1)
  }
}

test('any text must be loaded or refused, and never throw', () => {
  fc.assert(fc.property(text, expectPlaces), { numRuns: 2000 })
})

test.each([
  ['nested deeply', '['.repeat(5000)],
  ['with an alias for what it is part of', 'origin: &a { url: *a }'],
  ['with a map as a key', '? { a: b }\n: c'],
])('a text %s must be refused, and not throw', (_, written) => {
  expectPlaces(written)
  expect(errorsOf(written)).not.toEqual([])
})

test('aliases that multiply must be refused before they fill the memory', () => {
  const levels = ['x0: &a0 [1, 1, 1]']
  for (let i = 1; i < 20; i++)
    levels.push(
      `x${i}: &a${i} [${Array(3)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(errorsOf(levels.join('\n')).join()).toContain('too large once its aliases are followed')
})
