// The built program in a folder of its own with production dependencies only, as a container has it, and an API for it.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Installed {
  /** Holds dist, package.json, node_modules and proxy.yaml. */
  readonly folder: string
  readonly remove: () => void
}

/** Needs `npm run build` to have run. */
export async function install(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-dist-'))
  const origin = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"from":"origin"}')
  })
  origin.listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const { port } = origin.address() as AddressInfo
  for (const name of ['dist', 'package.json', 'package-lock.json', 'examples/poll.js'])
    cpSync(name, join(folder, name), { recursive: true })
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts'], { cwd: folder, stdio: 'ignore' })
  const config = `listen: 127.0.0.1:0\norigin: http://127.0.0.1:${port}\nmanage: { listen: 127.0.0.1:0 }\nroutes:\n  - path: /*\n    cache: 30s\n`
  writeFileSync(join(folder, 'proxy.yaml'), config)
  return {
    folder,
    remove() {
      origin.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
