// A real browser without a window: Debian's Chromium, installed where that is allowed.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts the browser; where there is none and none may be installed, the error says what to install. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser() ?? installBrowser(), args: ['--no-sandbox'] })
}

function findBrowser(): string | undefined {
  return places.find((place) => existsSync(place))
}

function installBrowser(): string {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      env,
      stdio: 'ignore',
    })
  }
  const found = findBrowser()
  if (found === undefined) throw new Error('the page is tested in a browser: apt-get install chromium')
  return found
}
