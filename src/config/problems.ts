// What zod found, in the words of the configuration: one problem for each mistake.
import type { z } from 'zod'
import { nearestWord } from '../base/nearest.ts'
import { formatPath, type Path, type Problem } from './errors.ts'
import { isUnbuilt, unbuiltMessage } from './unbuilt.ts'

type Issue = z.core.$ZodIssue

export type Checked<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

/** The value as the schema reads it, or every mistake in it. */
export function check<T>(schema: z.ZodType<T>, data: unknown): Checked<T> {
  const result = schema.safeParse(data, { error: nativeMessage })
  if (result.success) return { value: result.data }
  const problems = result.error.issues.flatMap((issue) => explain(issue, [], schema, data))
  const meant = new Set(problems.flatMap(({ meantPath }) => meantPath ?? []))
  // That a key is missing where another stands that was meant to be it is one mistake.
  const isMissing = ({ path }: Problem): boolean => valueAt(data, path) === undefined
  return {
    problems: problems.filter((problem) => !(isMissing(problem) && meant.has(formatPath(problem.path)))),
  }
}

/** A problem that may know which key, by its path, its own was meant to be. */
interface Explained extends Problem {
  readonly meantPath?: string
}

function explain(issue: Issue, prefix: Path, schema: z.ZodType, data: unknown): readonly Explained[] {
  const path = [...prefix, ...(issue.path as Path)]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path)
      return issue.keys.map((key) => unknownKey(path, key, known))
    }
    case 'invalid_union':
      if (Array.isArray(valueAt(data, path)) && isUnbuilt(path, '[]')) {
        return [{ path, at: 'value', message: unbuiltMessage('a list') }]
      }
      return meantBranch(issue.errors).flatMap((nested) => explain(nested, path, schema, data))
    case 'invalid_key':
      return issue.issues.slice(0, 1).map(({ message }) => ({ path, at: 'key', message }))
    default:
      return [{ path, at: 'value', message: issue.message }]
  }
}

/** Of a union's branches the one whose shape the value has: entered is better than misread, misread than of another type. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return branches.reduce((best, branch) => (distance(branch) < distance(best) ? branch : best))
}

function distance(branch: readonly Issue[]): number {
  if (branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys')) return 0
  return branch.some(({ code }) => code === 'custom') ? 1 : 2
}

function unknownKey(parent: Path, key: string, known: readonly string[]): Explained {
  const path = [...parent, key]
  if (isUnbuilt(path)) return { path, at: 'key', message: unbuiltMessage(`"${key}"`) }
  const nearest = nearestWord(key, known)
  if (nearest === null) {
    return { path, at: 'key', message: `unknown key "${key}"; known here: ${known.join(', ')}` }
  }
  const message = `unknown key "${key}"; did you mean "${nearest}"?`
  return { path, at: 'key', message, meantPath: formatPath([...parent, nearest]) }
}

/** Messages for what zod checks itself: the shapes of sections and lists, and lists that are empty. */
function nativeMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'invalid_type') return 'write at least one'
  const wanted = issue.expected === 'array' ? 'a list' : 'a section (lines of "key: value")'
  if (issue.input === undefined) return `is missing; write ${wanted}`
  return issue.input === null ? `has no value; write ${wanted}, or leave the key out` : `write ${wanted}`
}

/** The keys that the schema knows at a path. */
export function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  return sectionsOf(schema as unknown as z.core.$ZodTypes).flatMap((section) => {
    const [key, ...rest] = path
    if (section.type === 'record' || section.type === 'array') {
      return keysAt((section.type === 'array' ? section.element : section.valueType) as z.ZodType, rest)
    }
    if (key === undefined) return Object.keys(section.shape)
    const inner = section.shape[key]
    return inner === undefined ? [] : keysAt(inner as z.ZodType, rest)
  })
}

type Section = z.core.$ZodObjectDef | z.core.$ZodArrayDef | z.core.$ZodRecordDef

/** The sections and lists that a schema is, its defaults, alternatives and transformations taken off. */
function sectionsOf(schema: z.core.$ZodTypes): readonly Section[] {
  const def = schema._zod.def
  switch (def.type) {
    case 'object':
    case 'array':
    case 'record':
      return [def]
    case 'union':
      return def.options.flatMap((option) => sectionsOf(option as z.core.$ZodTypes))
    case 'optional':
    case 'prefault':
      return sectionsOf(def.innerType as z.core.$ZodTypes)
    case 'pipe':
      return sectionsOf(def.in as z.core.$ZodTypes)
    default:
      return []
  }
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | null)?.[key], data)
}
