// How the workplans of all repositories are found: by reading every file each time, or only those that changed.
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseWorkplan, type Workplan, type WorkplanIndex } from './workplan-file.ts'

export interface FileScan {
  index(): Promise<WorkplanIndex>
  /** Files that were read and parsed since the start. */
  filesRead(): number
}

const byPath = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1

/** The slow form: synchronous, so that nobody else is answered meanwhile. */
export function readEveryFile(folder: string): FileScan {
  let read = 0
  const index = (): WorkplanIndex =>
    markdownIn(readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      .flatMap((path) => {
        read += 1
        const workplan = parseWorkplan(readFileSync(join(folder, path), 'utf8'))
        return workplan === null ? [] : [[path, workplan] as const]
      })
      .toSorted(byPath)
  return { index: () => new Promise((resolve) => resolve(index())), filesRead: () => read }
}

interface Known {
  /** Time of change and size: another of either, and the file is read again. */
  readonly version: string
  readonly workplan: Workplan | null
}

/** The repaired form: remembers what it read, by path, time of change and size. */
export function readChangedFiles(folder: string): FileScan {
  let known: ReadonlyMap<string, Known> = new Map()
  let read = 0

  const lookAt = async (path: string): Promise<readonly [string, Known]> => {
    const { mtimeMs, size } = await stat(join(folder, path))
    const version = `${mtimeMs} ${size}`
    const before = known.get(path)
    if (before?.version === version) return [path, before]
    read += 1
    return [path, { version, workplan: parseWorkplan(await readFile(join(folder, path), 'utf8')) }]
  }

  return {
    index: async () => {
      const paths = markdownIn(await readdir(folder, { recursive: true, encoding: 'utf8' }))
      const found = (await Promise.all(paths.map(lookAt))).toSorted(byPath)
      known = new Map(found)
      return found.flatMap(([path, { workplan }]) => (workplan === null ? [] : [[path, workplan] as const]))
    },
    filesRead: () => read,
  }
}

function markdownIn(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.endsWith('.md'))
}
