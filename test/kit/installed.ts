// Programs that tests need and a bare machine lacks: installed where that is allowed, else named in one line.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What `find` finds, if need be after installing Debian's package; throws `missing` where there is none even so. */
export function installed<Found>(find: () => Found | null, debianPackage: string, missing: string): Found {
  const found = find()
  if (found !== null) return found
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(missing)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    // A new machine has no lists of packages yet; and test files run side by side, while apt-get runs once at a time.
    const install = `apt-get update -qq && apt-get install --yes -qq --no-install-recommends ${debianPackage}`
    execFileSync('flock', [join(tmpdir(), 'weir-tests-install.lock'), 'sh', '-c', install], {
      env,
      stdio: 'ignore',
    })
  } catch (cause) {
    throw new Error(missing, { cause })
  }
  const now = find()
  if (now === null) throw new Error(missing)
  return now
}
