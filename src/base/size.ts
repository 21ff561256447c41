// Sizes in bytes as operators write them: a whole number and a binary or decimal unit.

const unitsBytes: readonly (readonly [unit: string, bytes: number])[] = [
  ['GiB', 1024 ** 3],
  ['GB', 1000 ** 3],
  ['MiB', 1024 ** 2],
  ['MB', 1000 ** 2],
  ['KiB', 1024],
  ['kB', 1000],
  ['', 1],
]

const syntax = /^(\d+)([KMG]iB|kB|MB|GB|)$/

/** Bytes of `16KiB`, `8MiB`, `1GiB`, `64kB`, `5MB`, `2GB` or a bare number; null where the text is none of these or too large to count. */
export function parseSize(text: string): number | null {
  const [, digits, unit] = syntax.exec(text) ?? []
  const unitBytes = unitsBytes.find(([name]) => name === unit)?.[1]
  if (digits === undefined || unitBytes === undefined) return null
  const bytes = Number(digits) * unitBytes
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** The text with the largest unit that `parseSize` reads as exactly these (whole, non-negative) bytes. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0'
  const [unit, unitBytes] = unitsBytes.find(([, each]) => bytes % each === 0) ?? ['', 1]
  return `${bytes / unitBytes}${unit}`
}
