// Path patterns in URLPattern's pathname syntax, compiled to a matcher.
import { matchSimplePath, parseSimplePath, type PathParams } from './simple-path.ts'

export interface PathPattern {
  /** The pattern as written. */
  readonly text: string
  /** The parameters of a normalised path that matches, `*` and groups without a name by number; null for no match. */
  match(path: string): PathParams | null
}

/**
 * Compiles `/api/:id`, `/api/*` or any other URLPattern pathname. Throws a TypeError whose message says what
 * is wrong with the pattern.
 */
export function compilePattern(text: string): PathPattern {
  if (!text.startsWith('/')) throw new TypeError('a path pattern starts with "/"')
  if (text.includes('#')) throw new TypeError('a path pattern has no fragment')
  const segments = parseSimplePath(text)
  if (segments !== null) return { text, match: (path) => matchSimplePath(segments, path) }
  const pattern = compileRich(text)
  return {
    text,
    match: (path) => {
      const groups = pattern.exec({ pathname: path })?.pathname.groups
      return groups === undefined ? null : definedOnly(groups)
    },
  }
}

/** Whether the pattern names a parameter so. */
export function hasParameter(pattern: string, name: string): boolean {
  return Array.from(pattern.matchAll(/(?<!\\):([A-Za-z_$][\w$]*)/g), ([, found]) => found).includes(name)
}

// Node's own message says no more than that it failed.
function compileRich(text: string): URLPattern {
  try {
    return new URLPattern({ pathname: text })
  } catch {
    throw new TypeError('not a path pattern; write one such as /api/accounts, /api/:id or /api/*')
  }
}

function definedOnly(groups: Readonly<Record<string, string | undefined>>): PathParams {
  const params = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(groups)) if (value !== undefined) params[name] = value
  return params
}
