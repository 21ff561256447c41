// Draws what the origin answers, and the writes that make its answers invalid.
import type { AnswerChoice, DirectiveChoice, TargetedChoice, WriteChoice } from './choices.ts'
import { queries, seconds, tags } from './common-choices.ts'
import type { Chance } from './seeded.ts'

const STATUSES = [203, 204, 299, 300, 301, 302, 400, 403, 404, 404, 405, 410, 412, 429, 500, 500, 503, 503]
const FLAGS = [
  'no-store',
  'no-cache',
  'private',
  'public',
  'must-revalidate',
  'proxy-revalidate',
  'must-understand',
  'immutable',
]
const DURATIONS = ['max-age', 'max-age', 'max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error']

function drawDirectives({ pick, maybe }: Chance, mayName: boolean): DirectiveChoice[] {
  const drawn: DirectiveChoice[] = []
  if (maybe(0.6))
    drawn.push({
      name: 'max-age',
      value: pick(seconds),
      spelling: pick(['plain', 'plain', 'quoted', 'upper']),
    })
  while (maybe(0.45)) {
    const isFlag = maybe(0.5)
    const name = pick(isFlag ? FLAGS : DURATIONS)
    if (!isFlag) {
      const value = maybe(0.07) ? 'invalid' : pick(seconds)
      drawn.push({ name, value, spelling: 'plain' })
    } else if (mayName && /^(?:no-cache|private)$/.test(name) && maybe(0.6)) {
      drawn.push({ name, value: ['x-secret'], spelling: pick(['quoted', 'quoted', 'plain']) })
    } else drawn.push({ name, value: null, spelling: pick(['plain', 'upper']) })
  }
  return drawn
}

function drawTargeted(chance: Chance): TargetedChoice[] {
  const draw = (field: TargetedChoice['field']): TargetedChoice => {
    const named = new Map<string, DirectiveChoice>()
    for (const one of drawDirectives(chance, false)) {
      if (one.value !== 'invalid') named.set(one.name, { ...one, spelling: 'plain' })
    }
    return { field, directives: [...named.values()], malformed: chance.maybe(0.15) }
  }
  const fields = ['weir-cache-control', 'cdn-cache-control'] as const
  return fields.filter(() => chance.maybe(0.06)).map(draw)
}

/** One answer of the origin. */
export function drawAnswer(chance: Chance): AnswerChoice {
  const { pick, maybe } = chance
  return {
    fails: maybe(0.1),
    status: maybe(0.78) ? 200 : pick(STATUSES),
    directives: maybe(0.85) ? drawDirectives(chance, true) : [],
    targeted: drawTargeted(chance),
    expires: maybe(0.2) ? pick([60, 5, 0, -60, 'invalid' as const]) : null,
    date: maybe(0.7) ? pick([0, 0, 0, -2, -40, 100, 'invalid' as const]) : null,
    age: maybe(0.15) ? pick([0, 1, 10, 59, 'invalid' as const]) : null,
    etag: maybe(0.45) ? pick(tags) : null,
    lastModified: maybe(0.35) ? pick([50_000, 100_000, 'invalid' as const, 100_000]) : null,
    vary: maybe(0.3) ? drawVary(chance) : [],
    setCookie: maybe(0.04),
    groups: maybe(0.3) ? pick([['g'], ['g'], ['h'], ['g', 'h'], 'malformed' as const]) : [],
    secret: maybe(0.3),
    bytes: maybe(0.9) ? 'small' : pick(['longer', 'longer', 'large', 'large-undeclared']),
    confirms: pick(['same', 'same', 'same', 'weakened', 'untagged', 'untagged', 'other', 'never']),
    delayMs: maybe(0.6) ? 0 : pick([1, 300, 2000]),
  }
}

function drawVary({ pick, maybe }: Chance): string[] {
  const names = [
    'accept-language',
    'accept-language',
    'accept-encoding',
    'x-kind',
    'authorization',
    'cookie',
    'Accept-Language',
  ]
  if (maybe(0.06)) return [pick(['*', 'x-forwarded-for'])]
  return maybe(0.3) ? [pick(names), pick(names)] : [pick(names)]
}

/** One request that changes something. */
export function drawWrite({ pick, maybe }: Chance): WriteChoice {
  const places = [
    '/a',
    '/b',
    '/a?x=1',
    'http://api.example/b',
    'http://other.example/a',
    'http://api.example:81/a',
    '?x=1',
  ]
  return {
    method: pick(['POST', 'PUT', 'PATCH', 'DELETE']),
    path: pick(['/a', '/b']),
    query: maybe(0.2) ? pick(queries) : [],
    outcome: pick([200, 201, 204, 204, 303, 400, 404, 500, 'lost', 'unsent']),
    location: maybe(0.2) ? pick(places) : null,
    contentLocation: maybe(0.15) ? pick(places) : null,
    groups: maybe(0.4) ? pick([['g'], ['g'], ['h'], 'malformed' as const]) : [],
  }
}
