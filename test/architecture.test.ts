// The house stands: floors import downwards only, there are no circles, and the pure floors stay pure.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const floors = [
  'base',
  'http',
  'policy',
  'route',
  'resilience',
  'guard',
  'config',
  'store',
  'origin',
  'observe',
  'proxy',
  'server',
  'admin',
  'system-clock.ts',
  'furnish.ts',
  'app.ts',
  'commands',
  'cli.ts',
]
const pureFloors = new Set(['base', 'http', 'policy', 'route', 'resilience'])

interface SourceFile {
  readonly path: string
  readonly floor: string
  readonly text: string
  readonly imports: readonly string[]
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path): SourceFile => {
    const text = readFileSync(join(root, 'src', path), 'utf8')
    const specifiers = [...text.matchAll(/^(?:import|export) [^'"]*?from '([^']+)'|^import '([^']+)'/gms)]
    const imports = specifiers.map(([, from, bare]) => from ?? bare ?? '')
    return { path, floor: path.split('/')[0] ?? '', text, imports }
  })

/** The files under src/ that a file imports, relative to src/. */
function localImports({ path, imports }: SourceFile): string[] {
  return imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)))
}

describe('the floors', () => {
  test('hold every file', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter(({ floor }) => !floors.includes(floor)).map(({ path }) => path)).toEqual([])
  })

  test('import only what lies below', () => {
    const upward = files.flatMap((file) =>
      localImports(file)
        .filter((target) => floors.indexOf(target.split('/')[0] ?? '') > floors.indexOf(file.floor))
        .map((target) => `${file.path} imports ${target}`),
    )
    expect(upward).toEqual([])
  })

  test('have no circles', () => {
    const byPath = new Map(files.map((file) => [file.path, file]))
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' > '))
      const file = byPath.get(path)
      if (file === undefined || done.has(path) || trail.includes(path)) return
      for (const target of localImports(file)) visit(target, [...trail, path])
      done.add(path)
    }
    for (const { path } of files) visit(path, [])
    expect(circles).toEqual([])
  })
})

describe('the pure floors', () => {
  const impure = [
    [/'node:/, 'a node: module'],
    [/Date\.now|performance\.now|new Date\(\)/, 'the clock'],
    [/Math\.random/, 'chance'],
    [/\basync\b|\bawait\b|\bPromise\b/, 'a promise'],
    [/setTimeout|setInterval|queueMicrotask/, 'a timer'],
    [/console\.|pino/, 'a log'],
  ] as const

  test.each(impure)('do not use %s (%s)', (pattern) => {
    const code = files.filter(({ floor }) => pureFloors.has(floor))
    expect(code.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path)).toEqual([])
  })
})

describe('every file', () => {
  test('has 300 lines at the most', () => {
    const long = sources().filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length > 301)
    expect(long).toEqual([])
  })

  test('starts with a sentence that says what lives in it', () => {
    const mute = files.filter(({ text }) => !/^(?:#!.*\n)?\/\/ \S/.test(text)).map(({ path }) => path)
    expect(mute).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
}

function sources(): string[] {
  return ['src', 'test', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') || path.endsWith('.js'))
      .map((path) => relative(root, join(root, folder, path))),
  )
}
