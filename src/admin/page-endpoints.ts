// The page for the people on call, and the files that it is made of.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Endpoint, endpoint } from './endpoint.ts'

/** Nothing but this listener's own files, and nowhere else to send anything. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const files = [
  { path: '/', file: './page/index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.js', file: './page/page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/view.js', file: './page/view.js', type: 'text/javascript; charset=utf-8' },
  { path: '/chart.js', file: './page/chart.js', type: 'text/javascript; charset=utf-8' },
  { path: '/page.css', file: './page/page.css', type: 'text/css; charset=utf-8' },
  { path: '/icon.svg', file: './page/icon.svg', type: 'image/svg+xml' },
  { path: '/poll.js', file: '../../examples/poll.js', type: 'text/javascript; charset=utf-8' },
  { path: '/uplot.js', file: 'uplot/dist/uPlot.esm.js', type: 'text/javascript; charset=utf-8' },
  { path: '/uplot.css', file: 'uplot/dist/uPlot.min.css', type: 'text/css; charset=utf-8' },
] as const

/** Open, because a browser cannot send a token with a page; there is nothing in it but itself. */
export function pageEndpoints(): readonly Endpoint[] {
  return files.map(({ path, file, type }) => {
    const content = readFileSync(new URL(import.meta.resolve(file)))
    return endpoint({
      method: 'GET',
      path,
      open: true,
      summary: path === '/' ? 'The page for the people on call.' : 'A part of the page.',
      media: type.split(';', 1)[0] ?? type,
      answers: { 200: z.string() },
      answer: () => ({ status: 200, content, type, fields: pageFields }),
    })
  })
}

const pageFields = {
  'Content-Security-Policy': POLICY,
  'Cache-Control': 'no-cache',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const
