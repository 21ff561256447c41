// Runs the built program with production dependencies only, as a container would.
import { spawn } from 'node:child_process'
import { install } from './installed.ts'
import { missThenHit } from './probe.ts'

const { folder, remove } = await install()
try {
  const command = ['dist/cli.js', 'serve', '--config', 'proxy.yaml']
  await missThenHit(spawn(process.execPath, command, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] }))
} finally {
  remove()
}
