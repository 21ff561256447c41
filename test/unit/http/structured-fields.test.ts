// Structured fields are read to the letter of RFC 9651 §4.2, or not at all.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDictionary, parseItem, parseList, type Member } from '../../../src/http/structured-fields.ts'
import type { BareItem } from '../../../src/http/structured-items.ts'

const item = (
  type: BareItem['type'],
  value: BareItem['value'],
  parameters: [string, BareItem][] = [],
): unknown => ({
  kind: 'item',
  value: { type, value },
  parameters: new Map(parameters),
})

describe('items', () => {
  test.each<[string, BareItem['type'], BareItem['value']]>([
    ['42', 'integer', 42],
    ['-0042', 'integer', -42],
    ['999999999999999', 'integer', 999_999_999_999_999],
    ['1.5', 'decimal', 1.5],
    ['-123456789012.125', 'decimal', -123_456_789_012.125],
    ['""', 'string', ''],
    ['"a \\"b\\" \\\\"', 'string', 'a "b" \\'],
    ['*token/a:b', 'token', '*token/a:b'],
    [':aGVsbG8=:', 'bytes', 'aGVsbG8='],
    ['?1', 'boolean', true],
    ['?0', 'boolean', false],
    ['@-62135596800', 'date', -62_135_596_800],
    ['%"f%c3%bc"', 'display-string', 'fü'],
    ['  7  ', 'integer', 7],
  ])('%s must be read', (text, type, value) => {
    expect(parseItem(text)).toEqual(item(type, value))
  })

  test.each([
    ...['', ' ', '-', '--1', '1.', '1.2345', '.5', '1e3', '1234567890123456', '1234567890123.1', '1.2.3'],
    ...[
      '"a',
      '"\\n"',
      '"\u00fc"',
      '"\n"',
      "'a'",
      '?2',
      '?',
      ':a',
      ':a b:',
      '@1.5',
      '@',
      '%"%C3%BC"',
      '%"%c3"',
      '%a',
    ],
    ...['1 2', '1,', '1;', '1;A', '1;a=', '\t1', '&&&'],
  ])('%j must not be read', (text) => {
    expect(parseItem(text)).toBeNull()
  })

  test('parameters must be read, the last of equal keys counting', () => {
    expect(parseItem('a;b;c=1; c=2')).toEqual(
      item('token', 'a', [
        ['b', { type: 'boolean', value: true }],
        ['c', { type: 'integer', value: 2 }],
      ]),
    )
  })
})

describe('lists', () => {
  test('members and inner lists must be read in order', () => {
    expect(parseList('"a",\t1 , ( x  "y";q );z, ()')).toEqual([
      item('string', 'a'),
      item('integer', 1),
      {
        kind: 'inner-list',
        items: [item('token', 'x'), item('string', 'y', [['q', { type: 'boolean', value: true }]])],
        parameters: new Map([['z', { type: 'boolean', value: true }]]),
      },
      { kind: 'inner-list', items: [], parameters: new Map() },
    ])
  })

  test('an empty text must be an empty list', () => {
    expect(parseList('  ')).toEqual([])
  })

  test('blanks after the last member must be skipped (RFC 9651 §4.2.1)', () => {
    expect(parseList('a \t')).toEqual([item('token', 'a')])
  })

  test.each(['a,', ',a', 'a,,b', 'a b', '(a', 'a)', '(a"b")', '(a,b)', '((a))'])(
    '%j must not be read',
    (text) => {
      expect(parseList(text)).toBeNull()
    },
  )
})

describe('dictionaries', () => {
  test('values, flags and inner lists must be read', () => {
    const members = parseDictionary('max-age=3600;x, no-store, params=("a" "b"), b=?0')
    expect([...(members ?? [])]).toEqual([
      ['max-age', item('integer', 3600, [['x', { type: 'boolean', value: true }]])],
      ['no-store', item('boolean', true)],
      [
        'params',
        { kind: 'inner-list', items: [item('string', 'a'), item('string', 'b')], parameters: new Map() },
      ],
      ['b', item('boolean', false)],
    ])
  })

  test('the last of equal keys must count', () => {
    expect(parseDictionary('a=1, b, a=2')?.get('a')).toEqual(item('integer', 2))
  })

  test.each(['a=1,', 'A=1', 'a =1', 'a= 1', '1=a', 'a=1, &&&&&', 'a=', '=1', 'a;B'])(
    '%j must not be read',
    (text) => {
      expect(parseDictionary(text)).toBeNull()
    },
  )
})

test('a list that is written must be read as the same', () => {
  fc.assert(
    fc.property(fc.array(bareItem), (values) => {
      const members: readonly Member[] | null = parseList(values.map(format).join(', '))
      expect(members?.map((member) => (member.kind === 'item' ? member.value : null))).toEqual(values)
    }),
  )
})

test('no text may make the parsers throw', () => {
  const soup = fc
    .array(fc.constantFrom(...'a1-."\\(); ,=*?:@%é\t'.split('')))
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), soup), (text) => {
      parseItem(text)
      parseList(text)
      parseDictionary(text)
    }),
  )
})

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
})

const bareItem: fc.Arbitrary<BareItem> = fc.oneof(
  fc.integer().map((value): BareItem => ({ type: 'integer', value })),
  printable.map((value): BareItem => ({ type: 'string', value })),
  fc.boolean().map((value): BareItem => ({ type: 'boolean', value })),
  fc.stringMatching(/^[A-Za-z*][a-z0-9:/]*$/).map((value): BareItem => ({ type: 'token', value })),
)

function format({ type, value }: BareItem): string {
  if (type === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  return type === 'boolean' ? (value ? '?1' : '?0') : String(value)
}
