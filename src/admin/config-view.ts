// The configuration as it is shown: plain JSON, and nothing secret in it.
import type { WeirConfig } from '../config/model.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const secretNames = new Set(['token', 'secret', 'password'])
const redacted = '[redacted]'
/** Lines of the file, which move when others are written. */
const hiddenNames = new Set(['places'])

/** Every default filled in; times in ms, sizes in bytes. */
export function configView(config: WeirConfig): Json {
  return viewOf('', config)
}

function viewOf(name: string, value: unknown): Json {
  if (value === null || value === undefined) return null
  if (secretNames.has(name)) return redacted
  if (typeof value === 'string') return withoutUserinfo(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item) => viewOf('', item))
  if (name === 'pattern') return (value as { text: string }).text
  const members = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value)
  const shown = members.filter(([key]) => !hiddenNames.has(String(key)))
  return Object.fromEntries(shown.map(([key, item]) => [String(key), viewOf(String(key), item)]))
}

function withoutUserinfo(text: string): string {
  return text.replace(/:\/\/[^/?#@]*@/, `://${redacted}@`)
}

/** Where two views differ, as `routes[2].policy.cache.ttlMs: 30000 → 60000`; at most `limit` lines. */
export function differences(before: Json, after: Json, limit = 50): readonly string[] {
  const found: string[] = []
  compare('', before, after, (line) => void found.push(line))
  return found.length <= limit ? found : [...found.slice(0, limit), `… and ${found.length - limit} more`]
}

function compare(
  path: string,
  before: Json | undefined,
  after: Json | undefined,
  tell: (line: string) => void,
): void {
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const place = Array.isArray(before) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
      compare(place, member(before, key), member(after, key), tell)
    }
  } else if (before !== after) {
    tell(`${path}: ${shown(before)} → ${shown(after)}`)
  }
}

type Branch = readonly Json[] | Readonly<Record<string, Json>>

function isBranch(value: Json | undefined): value is Branch {
  return typeof value === 'object' && value !== null
}

function member(branch: Branch, key: string): Json | undefined {
  return (branch as Readonly<Record<string, Json>>)[key]
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}
