// weir check: every mistake in a configuration at once, with its place.
import { formatErrors } from '../config/errors.ts'
import { readConfig } from '../config/load.ts'

/** Prints what is wrong with a file; the exit code is 1 if anything is. */
export async function check(file: string): Promise<number> {
  const loaded = await readConfig(file, process.env)
  if (loaded.kind === 'invalid') {
    process.stdout.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  for (const warning of loaded.warnings) process.stdout.write(`${file}: warning: ${warning}\n`)
  process.stdout.write(`${file}: good, ${loaded.config.routes.length} routes\n`)
  return 0
}
