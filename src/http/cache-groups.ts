// Cache-Groups and Cache-Group-Invalidation: names that responses of one origin share (RFC 9875).
import type { Fields } from './fields.ts'
import { parseList } from './structured-fields.ts'

/**
 * The groups that a response belongs to, or makes invalid. Their number and length are bounded by the limits on
 * heads, above the 32 of 32 characters that must be supported (§2); a field that is no list of strings is ignored.
 */
export function parseGroups(
  fields: Fields,
  name: 'cache-groups' | 'cache-group-invalidation',
): readonly string[] {
  const value = fields.get(name)
  const groups = new Set<string>()
  for (const member of (value === undefined ? null : parseList(value)) ?? []) {
    if (member.kind !== 'item' || member.value.type !== 'string') return []
    groups.add(member.value.value)
  }
  return [...groups]
}
