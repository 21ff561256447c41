// The public HTTP cache test suite, from the npm registry, in a folder of its own apart from the project's dependencies.
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

export const suiteName = 'http-cache-tests@0.4.5'

export interface SuiteTest {
  readonly id: string
  readonly name: string
  /** Absent: required. A check asks how a cache behaves where several ways are right. */
  readonly kind?: 'required' | 'optimal' | 'check'
  /** Tests that say nothing unless these pass. */
  readonly depends_on?: readonly string[]
  /** For caches inside a browser; a proxy is not asked. */
  readonly browser_only?: boolean
}

export interface Suite {
  readonly folder: string
  readonly tests: readonly SuiteTest[]
}

const cacheFolder = fileURLToPath(new URL('../../node_modules/.cache/weir/', import.meta.url))
const installDeadlineMs = 180_000

/** The installed suite; fetched from the registry the first time. */
export async function loadSuite(): Promise<Suite> {
  const root = join(cacheFolder, suiteName)
  const folder = join(root, 'node_modules', 'http-cache-tests')
  if (!(await exists(folder))) await install(root)
  const index = pathToFileURL(join(folder, 'tests', 'index.mjs')).href
  const { default: groups } = (await import(index)) as {
    readonly default: readonly { readonly tests: readonly SuiteTest[] }[]
  }
  const tests = groups.flatMap((group) => group.tests).filter((test) => test.browser_only !== true)
  return { folder, tests }
}

/** Installs beside `root` first, so that one that was broken off is never taken for whole. */
async function install(root: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true })
  const draft = await mkdtemp(join(cacheFolder, 'install-'))
  try {
    await writeFile(join(draft, 'package.json'), '{ "private": true }\n')
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
    await promisify(execFile)('npm', ['install', '--prefix', draft, ...quiet, suiteName], {
      cwd: draft,
      timeout: installDeadlineMs,
    })
    await rename(draft, root).catch(async (error: unknown) => {
      // Another run may have been faster.
      if (!(await exists(root))) throw error
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`the test suite ${suiteName} could not be installed from the npm registry: ${why}`, {
      cause: error,
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
