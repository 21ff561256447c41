// Environment variables in text: `${NAME}`, and `${NAME:-default}` where it may be unset or empty.
import type { Reading } from './term.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const reference = /\$\{([^}]*)(\}?)/g
const inside = /^([A-Za-z_]\w*)(?::-(.*))?$/s

/** The text with its references replaced, or the first that cannot be. Values are never read again for references. */
export function expandEnvironment(text: string, env: Environment): Reading<string> {
  const problems: string[] = []
  const value = text.replace(reference, (_, content: string, close: string) => {
    const [, name, fallback] = inside.exec(content) ?? []
    if (name === undefined || close === '') {
      problems.push('write an environment variable as ${NAME} or ${NAME:-default}')
      return ''
    }
    const found = Object.hasOwn(env, name) ? env[name] : undefined
    if (fallback !== undefined) return found === undefined || found === '' ? fallback : found
    if (found === undefined) problems.push(`the environment variable ${name} is not set`)
    return found ?? ''
  })
  const [problem] = problems
  return problem === undefined ? { value } : { problem }
}
