// The grammar of Cache-Control and Pragma: a list of directives with optional arguments (RFC 9111 §5.2).

export interface Directive {
  /** Lower-case. */
  readonly name: string
  /** Without its quotes and escapes; null where there is none, or none that could be read. */
  readonly argument: string | null
  readonly quoted: boolean
  /** The name can be made out, but what surrounds or follows it breaks the grammar. */
  readonly malformed: boolean
}

const NAME = /([^\w!#$%&'*+.^`|~-]*)([\w!#$%&'*+.^`|~-]+)/y
const ARGUMENT = /=(?:"((?:[^"\\]|\\[^])*)"|([\w!#$%&'*+.^`|~-]+))/y
const END = /[\t ]*(?=,|$)/y
const REST = /[^,]*/y

/**
 * Reads as many directives as can be made out; never throws. A quote opens a string only where an argument starts,
 * and one that is never closed hides nothing: a cache that cannot be sure has to see every `no-store`.
 */
export function parseDirectives(value: string): Directive[] {
  const directives: Directive[] = []
  for (let at = 0; ;) {
    const lead = matchAt(NAME, value, at)
    if (lead === null) return directives
    const [all, before = '', name = ''] = lead
    at += all.length
    const read = matchAt(ARGUMENT, value, at)
    if (read !== null) at += read[0].length
    const ended = matchAt(END, value, at) !== null
    const malformed = !ended || !startsMember(before)
    const quoted = read?.[1]?.replace(/\\([^])/g, '$1')
    directives.push({
      name: name.toLowerCase(),
      argument: ended ? (quoted ?? read?.[2] ?? null) : null,
      quoted: quoted !== undefined,
      malformed,
    })
    at += matchAt(REST, value, at)?.[0].length ?? 0
  }
}

/** A non-negative number of seconds, capped at 2^31 (RFC 9111 §1.2.2); null where the text is none. */
export function parseDeltaSeconds(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Math.min(Number(text), 2 ** 31) : null
}

function startsMember(before: string): boolean {
  return before.slice(before.lastIndexOf(',') + 1).trim() === ''
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
