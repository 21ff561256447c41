// The page for the people on call: asks while it is looked at, and shows what it hears.
import { chart } from './chart.js'
import { poll } from './poll.js'
import {
  byPain,
  bytes,
  count,
  duration,
  element,
  explanationLines,
  failureItems,
  jobItem,
  ms,
  routeRow,
  tile,
} from './view.js'

const EVERY_MS = 2000
const TOKEN = 'weir-token'

const byId = (id) => document.getElementById(id)
const state = byId('state')

const addRate = chart(byId('rate-chart'), [
  { label: 'requests', color: '--good' },
  { label: 'failures', color: '--bad' },
])
const addLatency = chart(
  byId('latency-chart'),
  [
    { label: 'memory', color: '--good' },
    { label: 'API', color: '--slow' },
  ],
  { log: true },
)

let stops = []
let before = null

function headers() {
  const token = sessionStorage.getItem(TOKEN)
  return token === null ? {} : { Authorization: `Bearer ${token}` }
}

function begin() {
  for (const stop of stops) stop()
  const options = { everyMs: EVERY_MS, headers: headers(), onError: failed }
  stops = [
    poll('health/performance', { ...options, onData: show }),
    poll('health/jobs', { ...options, everyMs: 5 * EVERY_MS, onData: showJobs, onError: () => undefined }),
  ]
}

function failed(error, retryMs) {
  state.className = 'failing'
  byId('token-form').hidden = error.status !== 401
  state.textContent =
    error.status === 401
      ? 'This weir asks for its token.'
      : `${error.message}; next try in ${duration(retryMs)}`
}

function show(report) {
  const { cache, database, origin, routes, saved } = report
  const entries = Object.entries(routes)
  const sum = (name) => entries.reduce((total, [, route]) => total + route[name], 0)
  const now = { at: performance.now(), requests: sum('requests'), failures: sum('failures') }
  const perSecond = (name) =>
    before === null ? null : Math.max(0, ((now[name] - before[name]) * 1000) / (now.at - before.at))
  const [requests, failures] = [perSecond('requests'), perSecond('failures')]
  before = now
  const worst = (name) =>
    entries.reduce((most, [, route]) => Math.max(most, route[name]?.p95 ?? 0), 0) || null

  byId('token-form').hidden = true
  state.className = ''
  state.textContent = `${report.status}, ${new Date().toLocaleTimeString()}`
  byId('tiles').replaceChildren(
    tile('Requests per second', requests === null ? '…' : requests.toFixed(1)),
    tile('Hit rate', `${cache.hit_rate} %`),
    tile('From memory, p95', ms(worst('hit_ms'))),
    tile('API, p95', ms(worst('origin_ms'))),
    tile('API time saved', duration(saved.origin_ms)),
    tile('Sent from memory', bytes(saved.bytes)),
    tile('Entries', `${count(cache.active_entries)} of ${count(cache.total_entries)} fresh`),
    tile('API connections', `${origin.running} busy, ${origin.pending} waiting`),
    tile('API circuit', origin.circuit),
    ...(report.redis === null ? [] : [tile('Redis', report.redis.state)]),
    ...(database === null ? [] : [tile('Database', database.status)]),
  )
  addRate([requests, failures])
  addLatency([worst('hit_ms'), worst('origin_ms')])
  const sorted = entries.sort(byPain)
  byId('route-rows').replaceChildren(...sorted.map(routeRow))
  byId('failures').replaceChildren(...failureItems(sorted))
}

function showJobs({ runs }) {
  byId('jobs').replaceChildren(
    ...(runs.length === 0 ? [element('li', 'none')] : runs.slice(0, 10).map(jobItem)),
  )
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...headers(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.detail)
  return answer
}

/** Lets a form tell of what came of it; its button rests meanwhile. */
function onSubmit(form, result, act) {
  byId(form).addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = event.target.querySelector('button')
    const place = byId(result)
    button.disabled = true
    try {
      place.className = ''
      place.replaceChildren(await act())
    } catch (error) {
      place.className = 'bad'
      place.replaceChildren(error.message)
    } finally {
      button.disabled = false
    }
  })
}

onSubmit('purge-form', 'purge-result', async () => {
  const body = { [byId('purge-kind').value]: byId('purge-target').value, soft: byId('purge-soft').checked }
  const { removed, marked } = await post('health/cache/purge', body)
  return body.soft
    ? `${count(marked)} will be confirmed before their next use.`
    : `${count(removed)} removed.`
})

onSubmit('explain-form', 'explain-result', async () => {
  const fields = {}
  for (const line of byId('explain-headers')
    .value.split('\n')
    .filter((text) => text.includes(':'))) {
    const name = line.slice(0, line.indexOf(':')).trim()
    fields[name] = [...(fields[name] ?? []), line.slice(line.indexOf(':') + 1).trim()]
  }
  const question = { method: byId('explain-method').value, url: byId('explain-url').value, headers: fields }
  return element('pre', explanationLines(await post('health/cache/explain', question)).join('\n'))
})

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(TOKEN, byId('token').value)
  begin()
})

begin()
