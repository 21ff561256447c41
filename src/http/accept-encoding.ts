// Accept-Encoding (RFC 9110 §12.5.3), reduced to what an origin can tell apart.
import { parseWeightedList, type WeightedChoice } from './weighted-list.ts'

const KNOWN_CODINGS = ['zstd', 'br', 'gzip', 'deflate'] as const

/**
 * The known content codings that a client accepts, in a fixed order, so that clients that can be sent the same
 * bytes share them. Codings that are unknown, malformed, refused, or wanted less than plain content are left out;
 * `identity` stands for none, `identity;q=0` is added where plain content is refused. '' where the client
 * sends no such field, which states nothing.
 */
export function normaliseAcceptEncoding(value: string | undefined): string {
  if (value === undefined) return ''
  const choices = parseWeightedList(value).filter((choice) => choice !== null)
  const least = weightOf(choices, 'identity') ?? 0
  const codings: string[] = KNOWN_CODINGS.filter((coding) => {
    const weight = codingWeight(choices, coding)
    return weight > 0 && weight >= least
  })
  if (refusesIdentity(choices)) codings.push('identity;q=0')
  return codings.length === 0 ? 'identity' : codings.join(', ')
}

function codingWeight(choices: readonly WeightedChoice[], coding: string): number {
  const stated =
    coding === 'gzip' ? (weightOf(choices, 'gzip') ?? weightOf(choices, 'x-gzip')) : weightOf(choices, coding)
  return stated ?? weightOf(choices, '*') ?? 0
}

function refusesIdentity(choices: readonly WeightedChoice[]): boolean {
  return (weightOf(choices, 'identity') ?? weightOf(choices, '*') ?? 1) === 0
}

function weightOf(choices: readonly WeightedChoice[], name: string): number | undefined {
  return choices.find((choice) => choice.name === name)?.weight
}
