// Draws episodes: a policy and a sequence of steps that meet often enough to say something.
import type {
  AnswerChoice,
  DirectiveChoice,
  Episode,
  PolicyChoice,
  RequestChoice,
  Step,
  TagChoice,
  TargetedChoice,
  UserChoice,
  WishChoice,
  WriteChoice,
} from './choices.ts'
import { type Chance, seeded } from './seeded.ts'

const SECONDS = [0, 1, 2, 5, 30, 60, 600]
// Whole seconds above all: rules differ at their edges.
const WAITS = [
  1, 250, 999, 1000, 1000, 1001, 2000, 2000, 5000, 5000, 29_000, 30_000, 30_000, 31_000, 59_999, 60_000,
  60_000, 300_000, 4_000_000,
]
const STATUSES = [203, 204, 299, 300, 301, 302, 400, 403, 404, 404, 405, 410, 412, 429, 500, 500, 503, 503]
const QUERIES: RequestChoice['query'][] = [
  [['x', '1']],
  [['x', '2']],
  [['utm_s', 'n']],
  [
    ['x', '1'],
    ['y', '2'],
  ],
  [
    ['y', '2'],
    ['x', '1'],
  ],
  [['refresh', '1']],
  [['refresh', '0']],
  [
    ['x', '1'],
    ['refresh', '1'],
  ],
]
const LANGUAGES: WishChoice[] = [
  { text: 'en', means: 'en' },
  { text: 'EN', means: 'en' },
  { text: 'de', means: 'de' },
  { text: 'en;q=0.5, de', means: 'de>en' },
  { text: 'de, en;q=0.5', means: 'de>en' },
]
const ENCODINGS: WishChoice[] = [
  { text: 'gzip', means: 'gzip' },
  { text: 'x-gzip;q=0.9', means: 'gzip' },
  { text: 'gzip, br', means: 'br, gzip' },
  { text: 'br;q=1.0,gzip', means: 'br, gzip' },
  { text: 'unheard-of', means: 'identity' },
  { text: 'identity', means: 'identity' },
]
const USERS: UserChoice[] = [
  { kind: 'bearer', name: 'alice' },
  { kind: 'bearer', name: 'bob' },
  { kind: 'api-key', name: 'k' },
  { kind: 'token', expiresMs: 20_000 },
  { kind: 'token', expiresMs: 100_000 },
  { kind: 'token', expiresMs: 2_000_000 },
  { kind: 'cookies', session: 'alice', theme: null },
  { kind: 'cookies', session: 'alice', theme: 'dark' },
  { kind: 'cookies', session: null, theme: 'dark' },
]
const TAGS: TagChoice[] = ['a', 'b'].flatMap((opaque) => [
  { weak: false, opaque },
  { weak: true, opaque },
])
const NOBODY: UserChoice = { kind: 'nobody' }

/** An episode of so many steps. */
export function generateEpisode(seed: number, length: number): Episode {
  const chance = seeded(seed)
  const policy = drawPolicy(chance)
  const steps: Step[] = []
  // One user and one variant more often than chance would have it, or nothing would ever be found again.
  const usual = { user: chance.pick([NOBODY, NOBODY, ...USERS]), path: chance.pick(['/a', '/b'] as const) }
  for (let i = 0; i < length; i++) steps.push(drawStep(chance, usual))
  return { policy, steps }
}

type Usual = Pick<RequestChoice, 'user' | 'path'>

function drawPolicy(chance: Chance): PolicyChoice {
  const { pick, maybe } = chance
  return {
    ttlMs: maybe(0.4) ? pick([0, 1500, 30_000, 600_000]) : null,
    override: maybe(0.15),
    heuristic: maybe(0.4),
    staleWhileRevalidateMs: maybe(0.35) ? pick([2000, 30_000]) : 0,
    staleIfErrorMs: maybe(0.35) ? pick([2000, 600_000]) : 0,
    staleDespiteSMaxage: maybe(0.2),
    scope: pick(['auto', 'auto', 'shared', 'user']),
    cookies: pick(['all', 'session']),
    keyedFields: maybe(0.2) ? [pick(['accept-language', 'x-kind'] as const)] : [],
    query: pick(['all', 'all', 'none', 'ignore-utm', 'only-x']),
    sortQuery: maybe(0.3),
    refresh: maybe(0.5),
    statuses: maybe(0.4) ? [[pick([404, 404, 500, 403, 302]), pick([1000, 5000])]] : [],
    maxVariants: pick([2, 8]),
    invalidates: pick(['nothing', 'tag-of-all', 'tag-of-path', 'path-b']),
  }
}

function drawStep(chance: Chance, usual: Usual): Step {
  const kind = chance.next()
  if (kind < 0.28) return { kind: 'wait', ms: chance.pick(WAITS) }
  if (kind < 0.34) return { kind: 'write', write: drawWrite(chance) }
  if (kind < 0.36) return { kind: 'soft-purge', path: chance.pick(['/a', '/b']) }
  const isOvertaken = chance.maybe(0.03)
  const write = isOvertaken ? { ...drawWrite(chance), outcome: 204 } : null
  return {
    kind: 'read',
    request: drawRequest(chance, usual),
    crowd: chance.maybe(0.1) ? chance.pick([1, 2]) : 0,
    overtakenBy: write,
    answers: [drawAnswer(chance), ...Array.from({ length: 3 }, () => drawAnswer(chance))],
  }
}

function drawRequest(chance: Chance, usual: Usual): RequestChoice {
  const { pick, maybe } = chance
  return {
    method: maybe(0.9) ? 'GET' : maybe(0.9) ? 'HEAD' : 'OPTIONS',
    path: maybe(0.015) ? '/a%2Fb' : maybe(0.8) ? usual.path : pick(['/a', '/b']),
    query: maybe(0.12) ? pick(QUERIES) : [],
    user: maybe(0.85) ? usual.user : pick([NOBODY, ...USERS]),
    steering: maybe(0.08)
      ? { name: pick(['x-forwarded-host', 'x-original-url']), value: pick(['one', 'two']) }
      : null,
    trusted: maybe(0.5),
    directives: maybe(0.27) ? drawRequestDirectives(chance) : [],
    pragma: maybe(0.03),
    noneMatch: maybe(0.15) ? (maybe(0.1) ? '*' : [pick([...TAGS, 'seen' as const, 'seen' as const])]) : null,
    modifiedSince: maybe(0.1) ? pick([1, 50_000, 100_000, -100]) : null,
    ranges: maybe(0.07) ? drawRanges(chance) : null,
    ifRange: maybe(0.04) ? pick([...TAGS, 50_000, 100_000]) : null,
    language: maybe(0.3) ? pick(LANGUAGES) : null,
    encoding: maybe(0.2) ? pick(ENCODINGS) : null,
    kind: maybe(0.15) ? pick(['one', 'two']) : null,
    content: maybe(0.01),
  }
}

function drawRanges({ pick }: Chance): RequestChoice['ranges'] {
  return pick([
    [{ first: 0, last: 3 }],
    [{ first: 4, last: null }],
    [{ first: null, last: 5 }],
    [{ first: 5000, last: null }],
    [{ first: null, last: 0 }],
    [
      { first: 0, last: 1 },
      { first: 4, last: 5 },
    ],
    [
      { first: 0, last: 4 },
      { first: 4, last: 5 },
    ],
    [{ first: 5, last: 2 }],
    'malformed',
  ])
}

function drawRequestDirectives(chance: Chance): DirectiveChoice[] {
  const { pick, maybe } = chance
  const draw = (): DirectiveChoice => {
    const name = pick([
      'no-cache',
      'no-store',
      'max-age',
      'max-age',
      'min-fresh',
      'max-stale',
      'max-stale',
      'only-if-cached',
      'stale-if-error',
      'stale-if-error',
    ])
    const spelling = pick(['plain', 'plain', 'upper'] as const)
    if (/^(?:no-|only)/.test(name)) return { name, value: null, spelling }
    return { name, value: name === 'max-stale' && maybe(0.4) ? null : pick(SECONDS), spelling }
  }
  return maybe(0.25) ? [draw(), draw()] : [draw()]
}

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
      value: pick(SECONDS),
      spelling: pick(['plain', 'plain', 'quoted', 'upper']),
    })
  while (maybe(0.45)) {
    const isFlag = maybe(0.5)
    const name = pick(isFlag ? FLAGS : DURATIONS)
    if (!isFlag) {
      const value = maybe(0.07) ? 'invalid' : pick(SECONDS)
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

function drawAnswer(chance: Chance): AnswerChoice {
  const { pick, maybe } = chance
  return {
    fails: maybe(0.08),
    status: maybe(0.78) ? 200 : pick(STATUSES),
    directives: maybe(0.85) ? drawDirectives(chance, true) : [],
    targeted: drawTargeted(chance),
    expires: maybe(0.2) ? pick([60, 5, 0, -60, 'invalid' as const]) : null,
    date: maybe(0.7) ? pick([0, 0, 0, -2, -40, 100, 'invalid' as const]) : null,
    age: maybe(0.15) ? pick([0, 1, 10, 59, 'invalid' as const]) : null,
    etag: maybe(0.45) ? pick(TAGS) : null,
    lastModified: maybe(0.35) ? pick([50_000, 100_000, 'invalid' as const, 100_000]) : null,
    vary: maybe(0.3) ? drawVary(chance) : [],
    setCookie: maybe(0.04),
    groups: maybe(0.2) ? pick([['g'], ['h'], ['g', 'h'], 'malformed' as const]) : [],
    secret: maybe(0.3),
    bytes: maybe(0.96) ? 'small' : pick(['large', 'large-undeclared']),
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

function drawWrite({ pick, maybe }: Chance): WriteChoice {
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
    query: maybe(0.2) ? pick(QUERIES) : [],
    outcome: pick([200, 201, 204, 204, 303, 400, 404, 500, 'lost', 'unsent']),
    location: maybe(0.2) ? pick(places) : null,
    contentLocation: maybe(0.15) ? pick(places) : null,
    groups: maybe(0.25) ? pick([['g'], ['h'], 'malformed' as const]) : [],
  }
}
