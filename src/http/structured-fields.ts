// Structured field values: items, lists and dictionaries, parsed as strictly as RFC 9651 §4.2 asks.
import { type BareItem, type Cursor, isAtEnd, parseBareItem, take } from './structured-items.ts'

export type ItemParameters = ReadonlyMap<string, BareItem>

export interface Item {
  readonly kind: 'item'
  readonly value: BareItem
  readonly parameters: ItemParameters
}

export interface InnerList {
  readonly kind: 'inner-list'
  readonly items: readonly Item[]
  readonly parameters: ItemParameters
}

export type Member = Item | InnerList

const SPACES = / */y
const BLANKS = /[ \t]*/y
const COMMA = /[ \t]*,[ \t]*/y
const KEY = /[a-z*][a-z0-9_.*-]*/y
const EQUALS = /=/y
const SEMICOLON = /; */y
const OPEN = /\(/y
const CLOSE = / *\)/y
const SEPARATION = / +|(?=\))/y

const yes: BareItem = { type: 'boolean', value: true }

/** An item; null where the whole text is not exactly one. */
export function parseItem(text: string): Item | null {
  return parseWhole(text, item)
}

/** A list, empty for an empty text; null where any part of it is malformed. */
export function parseList(text: string): readonly Member[] | null {
  return parseWhole(text, (cursor) => {
    const members: Member[] = []
    const complete = eachMember(cursor, () => {
      const one = member(cursor)
      if (one !== null) members.push(one)
      return one !== null
    })
    return complete ? members : null
  })
}

/** A dictionary, empty for an empty text; null where any part of it is malformed. The last of equal keys counts. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | null {
  return parseWhole(text, (cursor) => {
    const members = new Map<string, Member>()
    const complete = eachMember(cursor, () => {
      const key = take(cursor, KEY)?.[0]
      if (key === undefined) return false
      const one = take(cursor, EQUALS) === null ? flag(cursor) : member(cursor)
      if (one !== null) members.set(key, one)
      return one !== null
    })
    return complete ? members : null
  })
}

function parseWhole<T>(text: string, parse: (cursor: Cursor) => T | null): T | null {
  const cursor: Cursor = { text, at: 0 }
  take(cursor, SPACES)
  const parsed = parse(cursor)
  take(cursor, SPACES)
  return isAtEnd(cursor) ? parsed : null
}

/** Runs `parse` for each member between commas; false where one fails or is missing after a comma. */
function eachMember(cursor: Cursor, parse: () => boolean): boolean {
  if (isAtEnd(cursor)) return true
  do {
    if (!parse()) return false
  } while (take(cursor, COMMA) !== null)
  take(cursor, BLANKS)
  return true
}

function member(cursor: Cursor): Member | null {
  return take(cursor, OPEN) === null ? item(cursor) : innerList(cursor)
}

function innerList(cursor: Cursor): InnerList | null {
  const items: Item[] = []
  take(cursor, SPACES)
  while (take(cursor, CLOSE) === null) {
    const one = item(cursor)
    if (one === null || take(cursor, SEPARATION) === null) return null
    items.push(one)
  }
  const parameters = parametersAt(cursor)
  return parameters === null ? null : { kind: 'inner-list', items, parameters }
}

function item(cursor: Cursor): Item | null {
  const value = parseBareItem(cursor)
  const parameters = value === null ? null : parametersAt(cursor)
  return value === null || parameters === null ? null : { kind: 'item', value, parameters }
}

/** A dictionary member without a value is true (RFC 9651 §3.2). */
function flag(cursor: Cursor): Item | null {
  const parameters = parametersAt(cursor)
  return parameters === null ? null : { kind: 'item', value: yes, parameters }
}

function parametersAt(cursor: Cursor): ItemParameters | null {
  const parameters = new Map<string, BareItem>()
  while (take(cursor, SEMICOLON) !== null) {
    const key = take(cursor, KEY)?.[0]
    if (key === undefined) return null
    const value = take(cursor, EQUALS) === null ? yes : parseBareItem(cursor)
    if (value === null) return null
    parameters.set(key, value)
  }
  return parameters
}
