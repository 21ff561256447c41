// Runs the built program in a folder of its own that has production dependencies only, as a container would.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { timedGet, untilPrinted } from './probe.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-dist-'))
const origin = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"from":"origin"}')
})
origin.listen(0, '127.0.0.1')
await once(origin, 'listening')
const { port } = origin.address() as AddressInfo

try {
  for (const name of ['dist', 'package.json', 'package-lock.json'])
    cpSync(name, join(folder, name), { recursive: true })
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts'], { cwd: folder, stdio: 'ignore' })
  const config = `listen: 127.0.0.1:0\norigin: http://127.0.0.1:${port}\nmanage: { listen: 127.0.0.1:0 }\nroutes:\n  - path: /*\n    cache: 30s\n`
  writeFileSync(join(folder, 'proxy.yaml'), config)
  const weir = spawn(process.execPath, ['dist/cli.js', 'serve', '--config', 'proxy.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(weir, 'exit')
  let address = ''
  weir.stdout.on('data', (piece: Buffer) => {
    address ||= /"listen":\{"host":"127.0.0.1","port":(\d+)\}/.exec(piece.toString())?.[1] ?? ''
  })
  const answers = await untilPrinted(weir, 'weir is listening')
    .then(async () => [
      await timedGet(`http://127.0.0.1:${address}/a`),
      await timedGet(`http://127.0.0.1:${address}/a`),
    ])
    .finally(() => weir.kill('SIGTERM'))
  const [code] = (await ended) as [number | null]
  console.log(
    `${answers.map(({ cache }) => cache).join(', then ')}; stopped with exit code ${code ?? 'none'}`,
  )
  if (answers[0]?.cache !== 'MISS' || answers[1]?.cache !== 'HIT') throw new Error('expected MISS, then HIT')
  if (code !== 0) throw new Error('expected exit code 0')
} finally {
  origin.close()
  rmSync(folder, { recursive: true, force: true })
}
