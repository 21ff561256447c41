// Loading in tests: the errors of a text as an operator sees them.
import { formatErrors } from '../../../src/config/errors.ts'
import { loadConfig } from '../../../src/config/load.ts'

/** The errors of a text, one per line; none for a valid one. */
export function errorsOf(text: string, env: Record<string, string> = {}): string[] {
  const loaded = loadConfig(text, { file: 'p.yaml', env })
  return loaded.kind === 'ok' ? [] : formatErrors(loaded.errors).split('\n')
}

export const duration = 'write a duration such as 250ms, 30s, 5m, 1h or 1d'
