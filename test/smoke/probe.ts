// What the smoke tests share: waiting for a line, and a request with its time and X-Cache.
import type { ChildProcess } from 'node:child_process'

const PATIENCE_MS = 60_000

/** Resolves when the process has printed `text`; rejects when it exits before, or takes longer than a minute. */
export function untilPrinted(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const patience = setTimeout(
      () => reject(new Error(`"${text}" was not printed:\n${printed}`)),
      PATIENCE_MS,
    )
    child.once('exit', () => reject(new Error(`it exited before it printed "${text}":\n${printed}`)))
    child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString()
      if (!printed.includes(text)) return
      clearTimeout(patience)
      resolve()
    })
  })
}

export interface Timed {
  readonly cache: string | null
  readonly ms: number
  readonly body: string
}

export async function timedGet(url: string): Promise<Timed> {
  const startedAt = performance.now()
  const response = await fetch(url)
  const body = await response.text()
  return { cache: response.headers.get('x-cache'), ms: performance.now() - startedAt, body }
}
