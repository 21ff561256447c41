// Which known word a mistyped one was meant to be.

/** The known word nearest to `word`, the case of letters ignored; null where none is near enough to be meant. */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  let nearest: string | null = null
  let bound = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase(), bound)
    if (edits < bound) [nearest, bound] = [candidate, edits]
  }
  return nearest
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (Damerau-Levenshtein,
 * optimal string alignment); `bound` where there are that many or more.
 */
export function editDistance(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) >= bound) return bound
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) edits = Math.min(edits, at(beforeLast, j - 2) + 1)
      row.push(edits)
    }
    if (Math.min(...row) >= bound) return bound
    beforeLast = last
    last = row
  }
  return Math.min(bound, at(last, b.length))
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
