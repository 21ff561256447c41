// Accept-Language (RFC 9110 §12.5.4): what equals a value, and what it asks for above all.
import { parseWeightedList } from './weighted-list.ts'

/**
 * The language ranges from the most to the least wanted, those of one weight by name, since their order means
 * nothing. Null where a member is malformed.
 */
export function normaliseAcceptLanguage(value: string): string | null {
  const choices = parseWeightedList(value)
  const ranges = choices.filter((choice) => choice !== null)
  if (ranges.length < choices.length) return null
  return ranges
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, weight }) => (weight === 1 ? name : `${name};q=${weight}`))
    .join(',')
}

/** The one language range that the client wants more than all others, lower case; null where there is none. */
export function mostWantedLanguage(value: string): string | null {
  const choices = parseWeightedList(value)
  const ranges = choices.filter((choice) => choice !== null)
  const [first, second] = ranges.sort((a, b) => b.weight - a.weight)
  if (ranges.length < choices.length || first === undefined) return null
  return first.name === '*' || first.weight === 0 || second?.weight === first.weight ? null : first.name
}
