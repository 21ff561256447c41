// The page for the people on call, in a real browser.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/system-clock.ts'
import { startBrowser } from '../kit/chromium.ts'
import { scriptedOrigin } from '../kit/scripted-origin.ts'
import { type Sections, startWeir, type TestWeir } from '../kit/weir.ts'

let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
}, 300_000)

afterAll(() => browser.close())

const sections: Sections = {
  routes: [
    { path: '/api/accounts', cache: { ttl: '60s', tags: ['accounts'] } },
    { path: '/api/broken', classify: [{ class: 'model-cooldown', status: 503 }] },
  ],
}

interface Opened {
  readonly weir: TestWeir
  readonly page: Page
  /** What the page complained of. */
  readonly complaints: readonly string[]
}

async function opened(more: Sections = {}): Promise<Opened> {
  const origin = await scriptedOrigin({
    '/api/accounts': (_, response) => void response.setHeader('Content-Type', 'application/json').end('[]'),
    '/api/broken': (_, response) => void response.writeHead(503).end(),
  })
  onTestFinished(origin.close)
  const weir = await startWeir(origin.url, { ...sections, ...more }, { clock: systemClock })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  onTestFinished(() => page.close())
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`http://127.0.0.1:${weir.managePort}/`)
  return { weir, page, complaints }
}

/** The text of a route's row. */
function row(page: Page, route: string): Promise<string> {
  return page.locator('#route-rows tr', { hasText: route }).innerText()
}

test('shows figures that move, without a complaint', async () => {
  const { weir, page, complaints } = await opened()
  await page.getByText('Hit rate').first().waitFor()
  await expect.poll(() => row(page, '/api/accounts')).toMatch(/^\/api\/accounts\s+0/)
  for (let i = 0; i < 4; i++) await weir.get('/api/accounts')
  await expect
    .poll(() => row(page, '/api/accounts'), { timeout: 15_000 })
    .toMatch(/^\/api\/accounts\s+4\s+75 %/)
  expect(await page.locator('canvas').count()).toBe(2)
  expect(complaints).toEqual([])
})

test('names what fails, the worst first', async () => {
  const { weir, page } = await opened()
  await weir.get('/api/broken')
  await page.locator('#failures', { hasText: 'model-cooldown' }).waitFor()
  expect(await page.locator('#route-rows tr').first().innerText()).toContain('/api/broken')
})

test('purges and explains, from the keyboard', async () => {
  const { weir, page, complaints } = await opened()
  await weir.get('/api/accounts')
  await page.locator('#explain-url').focus()
  await page.keyboard.type(`http://127.0.0.1:${weir.port}/api/accounts`)
  await page.keyboard.press('Enter')
  await page.locator('#explain-result', { hasText: 'HIT' }).waitFor()
  await page.locator('#purge-target').focus()
  await page.keyboard.type('/api/accounts')
  await page.keyboard.press('Enter')
  await page.locator('#purge-result', { hasText: '1 removed.' }).waitFor()
  expect((await weir.get('/api/accounts')).headers['x-cache']).toBe('MISS')
  expect(complaints).toEqual([])
})

test('shows what is wrong with what was entered', async () => {
  const { page } = await opened()
  await page.locator('#purge-target').fill('no path')
  await page.locator('#purge-form button').click()
  await page.locator('#purge-result.bad', { hasText: 'write a path' }).waitFor()
})

test('says that weir does not answer, and when it asks again', async () => {
  const { weir, page } = await opened()
  await page.getByText('Hit rate').first().waitFor()
  await weir.stop()
  await page.locator('#state.failing', { hasText: 'next try in' }).waitFor()
})

test('asks for the token where there is one, and goes on with it', async () => {
  const { page } = await opened({ manage: { token: 'hush' } })
  await page.locator('#token').fill('hush')
  await page.locator('#token-form button').click()
  await page.getByText('Hit rate').first().waitFor()
  expect(await page.locator('#token-form').isVisible()).toBe(false)
})

test('asks nothing while nobody looks', async () => {
  const { page } = await opened()
  await page.getByText('Hit rate').first().waitFor()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.evaluate(
    "Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))",
  )
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 4500))')
  expect(asked).toEqual([])
})

test('fits a phone, in the dark', async () => {
  const { page, complaints } = await opened()
  await page.setViewportSize({ width: 375, height: 740 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByText('Hit rate').first().waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(14, 21, 19)')
  expect(complaints).toEqual([])
})

test('lets nothing of another origin in', async () => {
  const { weir } = await opened()
  const policy = (await weir.manage('/')).headers['content-security-policy']
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain('unsafe')
})
