// Draws episodes: a policy and a sequence of steps that meet often enough to say something.
import type { Episode, PolicyChoice, Step } from './choices.ts'
import { drawAnswer, drawWrite } from './generate-answer.ts'
import { drawCrowd, drawRequest, nobody, type Usual, users } from './generate-request.ts'
import { type Chance, seeded } from './seeded.ts'

// Whole seconds above all: rules differ at their edges.
const WAITS = [
  1, 250, 999, 1000, 1000, 1001, 2000, 2000, 5000, 5000, 29_000, 30_000, 30_000, 31_000, 59_999, 60_000,
  60_000, 300_000, 4_000_000,
]

/** An episode of so many steps. */
export function generateEpisode(seed: number, length: number): Episode {
  const chance = seeded(seed)
  const policy = drawPolicy(chance)
  const steps: Step[] = []
  // One user and one variant more often than chance would have it, or nothing would ever be found again.
  const usual = { user: chance.pick([nobody, nobody, ...users]), path: chance.pick(['/a', '/b'] as const) }
  for (let i = 0; i < length; i++) steps.push(drawStep(chance, usual))
  return { policy, steps }
}

function drawPolicy(chance: Chance): PolicyChoice {
  const { pick, maybe } = chance
  return {
    ttlMs: maybe(0.4) ? pick([0, 1500, 30_000, 600_000]) : null,
    override: maybe(0.15),
    heuristic: maybe(0.4),
    staleWhileRevalidateMs: maybe(0.35) ? pick([2000, 30_000]) : 0,
    staleIfErrorMs: maybe(0.45) ? pick([2000, 600_000, 600_000]) : 0,
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
  const request = drawRequest(chance, usual)
  const isOvertaken = chance.maybe(0.06)
  const write = isOvertaken ? { ...drawWrite(chance), outcome: 204 } : null
  return {
    kind: 'read',
    request,
    crowd: chance.maybe(0.13) ? drawCrowd(chance, request, usual) : [],
    overtakenBy: write,
    answers: [drawAnswer(chance), ...Array.from({ length: 3 }, () => drawAnswer(chance))],
  }
}
