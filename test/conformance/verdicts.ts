// What the suite found, test by test, in a form that can be committed and compared.
import type { SuiteResults } from './run-suite.ts'
import type { SuiteTest } from './suite.ts'

/** A check has an answer; any other test passes, or there is a reason why it does not. */
export type Expected = 'pass' | 'yes' | 'no' | { readonly fails: string }

export type ExpectedById = Readonly<Record<string, Expected>>

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fails'; readonly message: string }
  /** It says nothing: its set-up, or a test that it depends on, did not work out. */
  | { readonly kind: 'void'; readonly message: string }

export interface Judged {
  readonly test: SuiteTest
  readonly verdict: Verdict
}

/** The suite's own reading of its results: set-up and dependencies first. */
export function judgeResults(tests: readonly SuiteTest[], results: SuiteResults): Judged[] {
  return tests.map((test) => ({ test, verdict: judge(test, results) }))
}

/** One line for each kind: how many pass, and how many say nothing. */
export function formatSummary(judged: readonly Judged[]): string {
  const kinds = [
    ['required', 'required'],
    ['optimal', 'optional'],
    ['check', 'checks answered yes'],
  ] as const
  return kinds
    .map(([kind, label]) => {
      const of = judged.filter(({ test }) => (test.kind ?? 'required') === kind)
      const count = (wanted: Verdict['kind']): number =>
        of.filter(({ verdict }) => verdict.kind === wanted).length
      const empty = kind === 'check' ? 0 : count('void')
      return `${label} ${count('pass')}/${of.length}${empty === 0 ? '' : ` (${empty} without a verdict)`}`
    })
    .join(', ')
}

/** What does not pass, with what the suite says of it and the committed reason. */
export function formatFailures(judged: readonly Judged[], expected: ExpectedById): string[] {
  return judged.flatMap(({ test, verdict }) => {
    if (verdict.kind === 'pass' || test.kind === 'check') return []
    const known = expected[test.id]
    const reason = typeof known === 'object' ? known.fails : 'NO REASON IS GIVEN'
    const label = verdict.kind === 'void' ? 'no verdict' : 'fails'
    return [
      `${test.kind ?? 'required'} ${test.id}: ${test.name}`,
      `  ${label}: ${verdict.message}`,
      `  ${reason}`,
    ]
  })
}

/** Where a run differs from what is committed; empty where it does not. */
export function differences(judged: readonly Judged[], expected: ExpectedById): string[] {
  const changed = judged.flatMap(({ test, verdict }) => {
    const before = expected[test.id]
    const now = stateOf(test, verdict)
    if (before === undefined) return [`${test.id}: ${now}, and it is not in the list`]
    if (typeof before === 'object') {
      if (now !== 'fails') return [`${test.id}: ${now}, the list says that it fails`]
      return before.fails === '' ? [`${test.id}: fails, and the list gives no reason`] : []
    }
    if (before === now) return []
    const message = verdict.kind === 'pass' ? '' : ` (${verdict.message})`
    return [`${test.id}: ${now}, the list says ${before}${message}`]
  })
  const ids = new Set(judged.map(({ test }) => test.id))
  const gone = Object.keys(expected).filter((id) => !ids.has(id))
  return [...changed, ...gone.map((id) => `${id}: in the list, and not in the suite`)]
}

/** The list as this run would have it; reasons that are known are kept, those that are not are left empty. */
export function updated(judged: readonly Judged[], expected: ExpectedById): ExpectedById {
  const entries = judged.map(({ test, verdict }): [string, Expected] => {
    const now = stateOf(test, verdict)
    if (now !== 'fails') return [test.id, now]
    const before = expected[test.id]
    return [test.id, typeof before === 'object' ? before : { fails: '' }]
  })
  return Object.fromEntries(entries)
}

function stateOf({ kind }: SuiteTest, verdict: Verdict): 'pass' | 'fails' | 'yes' | 'no' {
  const passes = verdict.kind === 'pass'
  if (kind === 'check') return passes ? 'yes' : 'no'
  return passes ? 'pass' : 'fails'
}

function judge({ id, depends_on: dependencies = [] }: SuiteTest, results: SuiteResults): Verdict {
  const result = results[id]
  if (result === undefined) return { kind: 'void', message: 'it was not run' }
  if (result === true) return { kind: 'pass' }
  const [kind, message] = result
  if (kind === 'Setup') return { kind: 'void', message: `set-up: ${message}` }
  const missing = dependencies.filter((dependency) => results[dependency] !== true)
  if (missing.length > 0) return { kind: 'void', message: `${message}; it depends on ${missing.join(', ')}` }
  return { kind: 'fails', message }
}
