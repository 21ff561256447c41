// Draws requests: who asks for what, in which words.
import type { DirectiveChoice, RequestChoice, UserChoice, WishChoice } from './choices.ts'
import { queries, seconds, tags } from './common-choices.ts'
import type { Chance } from './seeded.ts'

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

export const users: UserChoice[] = [
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

export const nobody: UserChoice = { kind: 'nobody' }

/** Who asks what in most steps of an episode. */
export type Usual = Pick<RequestChoice, 'user' | 'path'>

/** One request. */
export function drawRequest(chance: Chance, usual: Usual): RequestChoice {
  const { pick, maybe } = chance
  return {
    method: maybe(0.9) ? 'GET' : maybe(0.9) ? 'HEAD' : 'OPTIONS',
    path: maybe(0.015) ? '/a%2Fb' : maybe(0.8) ? usual.path : pick(['/a', '/b']),
    query: maybe(0.12) ? pick(queries) : [],
    user: maybe(0.85) ? usual.user : pick([nobody, ...users]),
    steering: maybe(0.08)
      ? { name: pick(['x-forwarded-host', 'x-original-url']), value: pick(['one', 'two']) }
      : null,
    trusted: maybe(0.5),
    directives: maybe(0.27) ? drawRequestDirectives(chance) : [],
    pragma: maybe(0.03),
    noneMatch: maybe(0.15) ? (maybe(0.1) ? '*' : [pick([...tags, 'seen' as const, 'seen' as const])]) : null,
    modifiedSince: maybe(0.1) ? pick([1, 50_000, 100_000, -100]) : null,
    ranges: maybe(0.07) ? drawRanges(chance) : null,
    ifRange: maybe(0.04) ? pick([...tags, 50_000, 100_000]) : null,
    language: maybe(0.3) ? pick(LANGUAGES) : null,
    encoding: maybe(0.2) ? pick(ENCODINGS) : null,
    kind: maybe(0.15) ? pick(['one', 'two']) : null,
    content: maybe(0.01),
  }
}

/** One or two who ask the same, or nearly so. */
export function drawCrowd(chance: Chance, request: RequestChoice, usual: Usual): RequestChoice[] {
  const draw = (): RequestChoice => {
    if (chance.maybe(0.5)) return request
    const { language, encoding, user, directives, noneMatch } = drawRequest(chance, usual)
    return {
      ...request,
      ...chance.pick([{ language }, { language }, { encoding }, { user }, { directives }, { noneMatch }]),
    }
  }
  return chance.maybe(0.5) ? [draw()] : [draw(), draw()]
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
    return { name, value: name === 'max-stale' && maybe(0.4) ? null : pick(seconds), spelling }
  }
  return maybe(0.25) ? [draw(), draw()] : [draw()]
}
