// A real browser without a window: Debian's Chromium, installed where that is allowed.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { installed } from './installed.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const missing = 'the page is tested in a browser: apt-get install chromium'

/** Starts the browser; where there is none and none may be installed, the error says what to install. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: installed(findBrowser, 'chromium', missing),
    args: ['--no-sandbox'],
  })
}

function findBrowser(): string | null {
  return places.find((place) => existsSync(place)) ?? null
}
