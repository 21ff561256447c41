// One criterion of the gate: what was measured, against what.

export interface Check {
  readonly name: string
  readonly measured: number
  readonly comparison: 'at most' | 'at least'
  readonly threshold: number
  /** The same without weir, where there is such a figure. */
  readonly baseline: number | null
  readonly passed: boolean
}

export function check(
  name: string,
  measured: number,
  comparison: Check['comparison'],
  threshold: number,
  baseline: number | null = null,
): Check {
  const passed = comparison === 'at most' ? measured <= threshold : measured >= threshold
  return { name, measured, comparison, threshold, baseline, passed }
}

/** A table in Markdown, a row for each. */
export function formatChecks(checks: readonly Check[]): string {
  const rows = checks.map(({ name, measured, comparison, threshold, baseline, passed }) => [
    passed ? 'passed' : '**failed**',
    name,
    baseline === null ? '' : formatNumber(baseline),
    formatNumber(measured),
    `${comparison} ${formatNumber(threshold)}`,
  ])
  const head = [
    ['', 'criterion', 'without weir', 'measured', 'threshold'],
    ['---', '---', '---', '---', '---'],
  ]
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}
