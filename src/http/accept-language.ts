// Accept-Language (RFC 9110 §12.5.4), in the form that equals that of any other value with the same meaning.
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
