// A YAML text as plain data that remembers where each key and value stands.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair, type YAMLError } from 'yaml'
import { expandEnvironment, type Environment } from './environment.ts'
import { formatPath, type ConfigError, type Path, type Problem } from './errors.ts'

export interface Source {
  /** Undefined where the syntax is broken, so that nothing can be said about the content. */
  readonly data: unknown
  /** Syntax errors, duplicate keys and environment variables that are missing. */
  readonly errors: readonly ConfigError[]
  /** The error at the problem's place, or at the nearest place around what is missing. */
  readonly errorAt: (problem: Problem) => ConfigError
  /** Where each key below a path is written, as `proxy.yaml:12`, by its path from there ('' for itself). */
  readonly placesBelow: (path: Path) => ReadonlyMap<string, string>
}

interface Place {
  readonly key: number
  readonly value: number
}

// A configuration has some hundred nodes; aliases can make a short text stand for billions.
const maxNodes = 100_000

/** Parses a text. References to the environment are replaced in text values, after YAML has been parsed. */
export function parseSource(text: string, file: string, env: Environment): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const places = new Map<string, Place>()
  const errors = firstOfEachLine([...document.errors, ...document.warnings].map(syntaxError))
  const open = new Set<unknown>()
  let nodes = 0

  function error(offset: number, path: string, message: string): ConfigError {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col), path, message }
  }

  function syntaxError({ pos: [offset], message }: YAMLError): ConfigError {
    const isReference = text.startsWith('${', offset - 1)
    return error(offset, '', isReference ? 'write "${NAME}" in quotes inside { } and [ ]' : message)
  }

  function errorAt({ path, at, message }: Problem): ConfigError {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(formatPath(path.slice(0, length)))
      const exact = length === path.length
      if (place !== undefined)
        return error(exact && at === 'key' ? place.key : place.value, formatPath(path), message)
    }
    return error(0, formatPath(path), message)
  }

  function fail(path: Path, at: Problem['at'], message: string): void {
    errors.push(errorAt({ path, at, message }))
  }

  function read(node: unknown, path: Path, key: number | null): unknown {
    const start = offsetOf(node) ?? key ?? 0
    places.set(formatPath(path), { key: key ?? start, value: start })
    if (++nodes > maxNodes) {
      if (nodes === maxNodes + 1) fail(path, 'value', 'the file is too large once its aliases are followed')
      return null
    }
    const target = isAlias(node) ? node.resolve(document) : node
    if (target === undefined || open.has(target)) {
      fail(path, 'value', 'the alias stands for itself, or has no anchor before it')
      return null
    }
    open.add(target)
    const value = readValue(target, path)
    open.delete(target)
    return value
  }

  function readValue(node: unknown, path: Path): unknown {
    if (isMap(node)) return readMap(node.items, path)
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], null))
    const value = isScalar(node) ? node.value : null
    if (typeof value !== 'string') return value
    const expanded = expandEnvironment(value, env)
    if ('value' in expanded) return expanded.value
    fail(path, 'value', expanded.problem)
    return value
  }

  function readMap(pairs: readonly Pair[], path: Path): Record<string, unknown> {
    // Without a prototype, so that a key named __proto__ is a key like any other.
    const map = Object.create(null) as Record<string, unknown>
    for (const { key, value } of pairs) {
      const name = String(isScalar(key) ? key.value : key)
      const twice = name in map
      map[name] = read(value, [...path, name], offsetOf(key) ?? 0)
      if (twice) fail([...path, name], 'key', 'the key is given twice')
    }
    return map
  }

  function placesBelow(path: Path): ReadonlyMap<string, string> {
    const top = formatPath(path)
    const below = [...places].filter(([place]) => place === top || place.startsWith(`${top}.`))
    return new Map(
      below.map(([place, { key }]) => [place.slice(top.length + 1), `${file}:${lines.linePos(key).line}`]),
    )
  }

  const data = document.errors.length > 0 ? undefined : read(document.contents, [], null)
  return { data, errors, errorAt, placesBelow }
}

/** What follows a syntax error on its line is mostly its consequence. */
function firstOfEachLine(errors: readonly ConfigError[]): ConfigError[] {
  return errors.filter(({ line }, index) => errors.findIndex((other) => other.line === line) === index)
}

function offsetOf(node: unknown): number | null {
  const range = (node as { range?: readonly number[] | null } | null)?.range
  return range?.[0] ?? null
}
