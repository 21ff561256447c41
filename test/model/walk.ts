// Walks the model and weir through the same episode, and tells of the first step in which they differ.
import { isDeepStrictEqual } from 'node:util'
import type { Episode, PolicyChoice, Step } from './choices.ts'
import { generateEpisode } from './generate.ts'
import { Model } from './model.ts'
import { Real } from './real.ts'
import type { Answered, Seen } from './seen.ts'

export interface Difference {
  readonly step: number
  /** Null where the step did not come to its end. */
  readonly foretold: Seen | null
  readonly seen: Seen | Error
}

export interface Failing {
  readonly seed: number
  readonly episode: Episode
  readonly difference: Difference
}

const STEPS_PER_EPISODE = 40

/** Walks episodes of together so many steps; null where nothing differs. `tally` hears of every answer. */
export function walkMany(
  seed: number,
  steps: number,
  tally: (answer: Answered) => void = () => undefined,
): Failing | null {
  for (let done = 0; done < steps; done += STEPS_PER_EPISODE) {
    const own = seed + done
    const episode = generateEpisode(own, STEPS_PER_EPISODE)
    if (walk(episode, tally) === null) continue
    const shortest = shrink(episode)
    return { seed: own, episode: shortest, difference: walk(shortest)! }
  }
  return null
}

/** The first difference; an exception is one too. */
export function walk(
  { policy, steps }: Episode,
  tally: (answer: Answered) => void = () => undefined,
): Difference | null {
  const model = new Model(policy)
  const real = new Real(policy)
  for (const [index, step] of steps.entries()) {
    let pair: readonly [Seen, Seen] | null
    try {
      pair = take(step, model, real)
    } catch (error) {
      return { step: index, foretold: null, seen: error as Error }
    }
    if (pair === null) continue
    const [foretold, seen] = pair
    for (const answer of seen.answers) if (answer !== null) tally(answer)
    if (foretold.isLoose) {
      real.forget()
      model.resume(real.now, real.asked)
    } else if (!isSame(foretold, seen)) return { step: index, foretold, seen }
  }
  return null
}

function take(step: Step, model: Model, real: Real): readonly [Seen, Seen] | null {
  switch (step.kind) {
    case 'wait':
      model.wait(step.ms)
      real.wait(step.ms)
      return null
    case 'soft-purge':
      model.softPurge(step.path)
      real.softPurge(step.path)
      return null
    case 'write':
      return [model.write(step.write), real.write(step.write)]
    case 'read': {
      const { request, crowd, overtakenBy, answers } = step
      const tag = model.seenTag(request.path)
      const foretold = model.read(request, crowd, overtakenBy, answers)
      return [foretold, real.read(request, crowd, overtakenBy, answers, tag)]
    }
  }
}

function isSame(foretold: Seen, seen: Seen): boolean {
  if (!isDeepStrictEqual(foretold.questions, seen.questions)) return false
  if (foretold.answers.length !== seen.answers.length) return false
  return foretold.answers.every((answer, i) => {
    const other = seen.answers[i] ?? null
    if (answer === null || other === null) return answer === other
    return isDeepStrictEqual(answer.etag === 'any' ? { ...answer, etag: other.etag } : answer, other)
  })
}

/** The episode without the steps, and the policy without the settings, that the difference does not need. */
function shrink(episode: Episode): Episode {
  let shortest = episode
  for (let length = -1; length !== shortest.steps.length;) {
    length = shortest.steps.length
    for (let i = length - 1; i >= 0; i--) {
      const shorter = { ...shortest, steps: shortest.steps.filter((_, at) => at !== i) }
      if (walk(shorter) !== null) shortest = shorter
    }
  }
  for (const name of Object.keys(plain) as (keyof PolicyChoice)[]) {
    const plainer = { ...shortest, policy: { ...shortest.policy, [name]: plain[name] } }
    if (walk(plainer) !== null) shortest = plainer
  }
  return shortest
}

const plain: PolicyChoice = {
  ttlMs: null,
  override: false,
  heuristic: false,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  staleDespiteSMaxage: false,
  scope: 'auto',
  cookies: 'all',
  keyedFields: [],
  query: 'all',
  sortQuery: false,
  refresh: false,
  statuses: [],
  maxVariants: 8,
  invalidates: 'nothing',
}
