// Mistakes in a configuration: where they are and how they are printed.

export interface ConfigError {
  readonly file: string
  /** 1-based; 0 where the mistake has no place in a text. */
  readonly line: number
  readonly column: number
  /** Such as `routes[2].cache.ttl`; empty where the mistake concerns the file. */
  readonly path: string
  readonly message: string
}

/** A mistake found in the data, before its place in the text is known. */
export interface Problem {
  readonly path: Path
  /** Whether the key or its value is to blame. */
  readonly at: 'key' | 'value'
  readonly message: string
}

export type Path = readonly (string | number)[]

/** One line for each error: `proxy.yaml:12:7 routes[1].cache.ttl: …`. */
export function formatErrors(errors: readonly ConfigError[]): string {
  return errors.map(formatError).join('\n')
}

export function formatError({ file, line, column, path, message }: ConfigError): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`
  return path === '' ? `${place} ${message}` : `${place} ${path}: ${message}`
}

/** `['routes', 2, 'cache']` as `routes[2].cache`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('')
}
