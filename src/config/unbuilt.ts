// Keys of the configuration that this version of weir knows and refuses.
import { formatPath, type Path } from './errors.ts'

/** A line leaves when its feature arrives; `[]` at the end means the value as a list. */
export const unbuilt: ReadonlySet<string> = new Set(['listen.tls', 'listen.workers', 'listen.lane'])

/** Whether the key, or the value as a list (`[]` appended), is not built yet. Defaults know what routes know. */
export function isUnbuilt(path: Path, suffix: '' | '[]' = ''): boolean {
  const [first, ...rest] = path
  const place = first === 'defaults' ? ['routes', 0, ...rest] : path
  return unbuilt.has(formatPath(place).replaceAll(/\[\d+\]/g, '[]') + suffix)
}

export function unbuiltMessage(what: string): string {
  return `${what} is not available in this version of weir`
}
