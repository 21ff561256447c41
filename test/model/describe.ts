// A failing episode in few words: of each step only what is not plain.
import { inspect } from 'node:util'
import type { AnswerChoice, RequestChoice, Step } from './choices.ts'
import type { Failing } from './walk.ts'

/** What failed, how to see it again, and what differed. */
export function describeFailing({ seed, episode, difference }: Failing): string {
  const { foretold, seen, step } = difference
  const shown = {
    policy: episode.policy,
    steps: episode.steps.slice(0, step + 1).map(describeStep),
    foretold,
    seen,
  }
  const text = inspect(shown, { depth: 12, breakLength: 120, maxStringLength: 100 })
  return `model and weir differ; again with: npm run model -- --seed ${seed} --steps 40\n${text}`
}

function describeStep(step: Step): unknown {
  if (step.kind !== 'read') return step
  const { request, crowd, answers, ...rest } = step
  const others = crowd.map((other) => withoutPlain(other, plainRequest))
  const plain = answers.map((answer) => withoutPlain(answer, plainAnswer))
  return { ...rest, crowd: others, request: withoutPlain(request, plainRequest), answers: plain }
}

function withoutPlain<T extends object>(choice: T, plain: Partial<T>): Partial<T> {
  const entries = Object.entries(choice).filter(
    ([name, value]) => inspect(value) !== inspect(plain[name as keyof T]),
  )
  return Object.fromEntries(entries) as Partial<T>
}

const plainRequest: Partial<RequestChoice> = {
  method: 'GET',
  query: [],
  user: { kind: 'nobody' },
  steering: null,
  trusted: false,
  directives: [],
  pragma: false,
  noneMatch: null,
  modifiedSince: null,
  ranges: null,
  ifRange: null,
  language: null,
  encoding: null,
  kind: null,
  content: false,
}

const plainAnswer: Partial<AnswerChoice> = {
  fails: false,
  status: 200,
  directives: [],
  targeted: [],
  expires: null,
  date: null,
  age: null,
  etag: null,
  lastModified: null,
  vary: [],
  setCookie: false,
  groups: [],
  secret: false,
  bytes: 'small',
  confirms: 'same',
  delayMs: 0,
}
