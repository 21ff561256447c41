// How figures are shown: numbers as people read them, and elements made of text alone.

/** An element with text or children; nothing is ever taken for HTML. */
export function element(name, content, className) {
  const made = document.createElement(name)
  if (className !== undefined) made.className = className
  made.append(...[content].flat())
  return made
}

export function ms(value) {
  if (value === null || value === undefined) return '–'
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`
}

export function quantiles(values) {
  return values === null ? '–' : [values.p50, values.p95, values.p99].map(ms).join(' / ')
}

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let unit = 0
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

export function duration(value) {
  const seconds = value / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

export function count(value) {
  return value.toLocaleString('en')
}

/** What hurts comes first: failures, then those who wait, then what costs the API most. */
export function byPain([, a], [, b]) {
  const cost = ({ origin_ms, misses, bypasses }) => (origin_ms?.p95 ?? 0) * (misses + bypasses)
  return b.failures - a.failures || b.waiting - a.waiting || cost(b) - cost(a) || b.requests - a.requests
}

export function tile(label, value) {
  return element('div', [element('span', label), element('strong', value)], 'tile')
}

export function routeRow([name, route]) {
  const cells = [
    name,
    count(route.requests),
    route.hits + route.misses === 0 ? '–' : `${route.hit_rate} %`,
    quantiles(route.hit_ms),
    quantiles(route.origin_ms),
    duration(route.origin_ms_saved),
    count(route.waiting),
    count(route.failures),
  ]
  const row = element(
    'tr',
    cells.map((text) => element('td', text)),
  )
  if (route.failures > 0) row.lastChild.className = 'bad'
  if (route.waiting > 0) row.children[6].className = 'slow'
  if ((route.origin_ms?.p95 ?? 0) > 1000) row.children[4].className = 'slow'
  return row
}

export function failureItems(routes) {
  const items = routes.flatMap(([name, { failures_by_class: classes }]) =>
    Object.entries(classes).map(([kind, times]) => ({ name, kind, times })),
  )
  if (items.length === 0) return [element('li', 'none')]
  return items
    .sort((a, b) => b.times - a.times)
    .map(({ name, kind, times }) =>
      element('li', [element('strong', count(times), 'bad'), ` ${kind} on `, element('code', name)]),
    )
}

export function jobItem({ job, state, startedAt, durationMs, status, failure }) {
  const how = failure ?? status ?? ''
  const took = durationMs === null ? 'running' : duration(durationMs)
  const className = state === 'running' || state === 'answered' ? undefined : 'bad'
  return element(
    'li',
    [element('code', job), ` ${state} ${how}, ${took}, since ${new Date(startedAt).toLocaleString()}`],
    className,
  )
}

/** An explanation in lines, as the command line prints it. */
export function explanationLines({ verdict, request, route, passedOver, key, stored, answer, toHit }) {
  const because = [verdict.cite, verdict.config].filter(Boolean).join('; ')
  return [
    `${verdict.cache}  ${request.method} ${request.uri}`,
    `${verdict.reason}: ${verdict.says}${because === '' ? '' : ` [${because}]`}`,
    '',
    ...passedOver.map(({ path, because: why }) => `not ${path}: ${why}`),
    route === null ? 'no route takes it' : `route ${route.path}${route.at === null ? '' : ` (${route.at})`}`,
    ...(key ?? []).map(({ part, value }) => `key ${part}: ${value}`),
    ...stored.map(
      ({ selected, age, lifetime, from }) =>
        `${selected ? '*' : '-'} stored: ${age}s of ${lifetime}s by ${from}`,
    ),
    ...(answer === null ? [] : [`last answer: ${answer.reason}: ${answer.says}`]),
    ...toHit.map((text) => `→ ${text}`),
  ]
}
