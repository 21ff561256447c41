// Polls a URL with good manners: only while somebody looks, never twice at a time, and with patience when it fails.

/**
 * @typedef {object} PollOptions
 * @property {number} [everyMs] Time from one answer to the next request; 5000 by default.
 * @property {number} [longestMs] The longest wait after failures in a row; 60000 by default.
 * @property {Record<string, string>} [headers] Fields to send.
 * @property {(data: unknown) => void} onData Told of each answer that differs from the one before.
 * @property {(error: Error, retryMs: number) => void} [onError] Told of each failure, and when the next try is.
 * @property {Partial<Surroundings>} [surroundings] For tests.
 */

/**
 * @typedef {object} Surroundings
 * @property {typeof fetch} fetch
 * @property {{ hidden: boolean, addEventListener: Function, removeEventListener: Function }} document
 * @property {(task: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 */

/** What is known of a URL: its last answer, and the request that is on its way. */
const known = new Map()

/**
 * Starts at once; the function it returns stops it. Several pollers of one URL share their requests, and an answer
 * that has not changed costs a 304.
 * @param {string} url
 * @param {PollOptions} options
 * @returns {() => void}
 */
export function poll(
  url,
  { everyMs = 5000, longestMs = 60_000, headers = {}, onData, onError, surroundings },
) {
  const around = { ...browser(), ...surroundings }
  let timer = null
  let failures = 0
  let stopped = false
  let running = false
  let shown

  const schedule = (ms) => {
    around.clearTimeout(timer)
    timer = around.setTimeout(run, ms)
  }

  const run = async () => {
    if (stopped || running || around.document.hidden) return
    running = true
    try {
      const answer = await ask(url, headers, around)
      failures = 0
      if (!stopped && answer.data !== shown) onData((shown = answer.data))
      schedule(everyMs)
    } catch (error) {
      failures += 1
      const retryMs = patience(failures, everyMs, longestMs, error.retryAfterMs ?? 0, around.random())
      if (!stopped) onError?.(error, retryMs)
      schedule(retryMs)
    } finally {
      running = false
      if (stopped) around.clearTimeout(timer)
    }
  }

  const look = () => {
    if (around.document.hidden) around.clearTimeout(timer)
    else void run()
  }

  around.document.addEventListener('visibilitychange', look)
  void run()
  return () => {
    stopped = true
    around.clearTimeout(timer)
    around.document.removeEventListener('visibilitychange', look)
  }
}

/**
 * Twice as long after each failure, up to a bound; a part of it by chance, so that many pages do not come back at the
 * same moment; never before the server said so.
 * @param {number} failures in a row, from 1
 * @param {number} everyMs
 * @param {number} longestMs
 * @param {number} askedMs what Retry-After asks for
 * @param {number} chance in [0, 1)
 */
export function patience(failures, everyMs, longestMs, askedMs, chance) {
  const bound = Math.min(longestMs, everyMs * 2 ** failures)
  return Math.max(askedMs, bound / 2 + (chance * bound) / 2)
}

/** Joins the request that is on its way with the same fields, or sends one. */
function ask(url, headers, around) {
  const id = JSON.stringify([url, headers])
  const before = known.get(id) ?? {}
  before.pending ??= request(url, headers, before, around).finally(() => {
    delete before.pending
  })
  known.set(id, before)
  return before.pending
}

async function request(url, headers, before, around) {
  const condition = before.etag === undefined ? {} : { 'If-None-Match': before.etag }
  const response = await around.fetch(url, { headers: { ...headers, ...condition }, cache: 'no-store' })
  if (response.status === 304) return before
  if (!response.ok) throw failure(response)
  before.data = await response.json()
  before.etag = response.headers.get('etag') ?? undefined
  return before
}

function failure(response) {
  const error = new Error(`the server answered ${response.status}`)
  const seconds = Number(response.headers.get('retry-after'))
  return Object.assign(error, { status: response.status, retryAfterMs: seconds > 0 ? seconds * 1000 : 0 })
}

function browser() {
  return {
    fetch: (url, options) => fetch(url, options),
    document: globalThis.document,
    setTimeout: (task, ms) => setTimeout(task, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: Math.random,
  }
}
