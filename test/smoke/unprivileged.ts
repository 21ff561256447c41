// Runs the built program as the container and the systemd unit do: as a user who owns nothing, without capabilities, and
// with every file system read-only. Needs root for a moment, to give up what it has.
import { execFileSync, spawn } from 'node:child_process'
import { install } from './installed.ts'
import { missThenHit } from './probe.ts'

if (process.getuid?.() !== 0) throw new Error('start this as root: only root can give up its rights')

// In a mount namespace of its own, all of / becomes read-only; then the rights go.
const script = `
  set -e
  for place in $(awk '{ print $5 }' /proc/self/mountinfo | sort -u); do
    mount -o remount,bind,ro "$place" 2>/dev/null || true
  done
  mount -o remount,bind,ro "$1" 2>/dev/null || { mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"; }
  if touch "$1/written" 2>/dev/null; then echo 'the tree can be written to' >&2; exit 1; fi
  cd "$1"
  exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
    env -i PATH="$PATH" NODE_ENV=production "$2" dist/cli.js serve --config proxy.yaml
`

const { folder, remove } = await install()
try {
  execFileSync('chmod', ['-R', 'a+rX', folder])
  const weir = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', folder, process.execPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await missThenHit(weir)
} finally {
  remove()
}
