import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFormText } from '../../../src/http/form-encoding.ts'
import { filterQuery, parameters, parameterValues, sortQuery } from '../../../src/http/query.ts'

describe('the parameters of a query', () => {
  test('keep their raw text, and are named by what it decodes to', () => {
    expect(parameters('?a+b=%20&c&%C3%A9=1&&=x')).toEqual([
      { name: 'a b', raw: 'a+b=%20' },
      { name: 'c', raw: 'c' },
      { name: 'é', raw: '%C3%A9=1' },
      { name: '', raw: '' },
      { name: '', raw: '=x' },
    ])
  })

  test.each([
    ['', []],
    ['?b', []],
    ['?a', ['']],
    ['?a=', ['']],
    ['?a=1&b=2&%61=3+4', ['1', '3 4']],
    ['?a=b=c', ['b=c']],
  ])('of %j, those named a must have the values %j', (query, expected) => {
    expect(parameterValues(query, 'a')).toEqual(expected)
  })
})

describe('filtering', () => {
  test.each([
    ['?a=1&b=2&a=3', '?b=2'],
    ['?a=1', ''],
    ['?b=%7e&&c', '?b=%7e&&c'],
    ['?', '?'],
    ['', ''],
  ])('%j without a must be %j', (query, expected) => {
    expect(filterQuery(query, (name) => name !== 'a')).toBe(expected)
  })
})

describe('sorting', () => {
  test('must order by name, and keep the order of one name', () => {
    expect(sortQuery('?b=2&a=2&%62=1&a=1&B')).toBe('?B&a=2&a=1&b=2&%62=1')
  })

  test('must be stable when done again, and must lose nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab+%46=]{0,4}$/), { minLength: 1 }), (pieces) => {
        const sorted = sortQuery(`?${pieces.join('&')}`)
        expect(sortQuery(sorted)).toBe(sorted)
        expect(sorted.slice(1).split('&').sort()).toEqual([...pieces].sort())
      }),
    )
  })
})

describe('the text of a parameter', () => {
  test.each([
    ['a+b%20c', 'a b c'],
    ['%f6', '\ufffd'],
    ['%C3%A9%', 'é%'],
    ['100%+%zz', '100% %zz'],
    ['%E6%B0%97+%ff', '気 \ufffd'],
  ])('%s must decode to %s', (text, expected) => {
    expect(decodeFormText(text)).toBe(expected)
  })

  test('must never make decoding throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof decodeFormText(text) === 'string'))
  })
})
