// What the smoke tests share: waiting for a line, and a request with its time and X-Cache.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

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

/** Waits for a started weir, asks it twice, lets it stop, and throws where anything of that is not as it should be. */
export async function missThenHit(weir: ChildProcess): Promise<void> {
  const ended = once(weir, 'exit')
  let port = ''
  weir.stdout?.on('data', (piece: Buffer) => {
    port ||= /"listen":\{"host":"127.0.0.1","port":(\d+)\}/.exec(piece.toString())?.[1] ?? ''
  })
  const answers = await untilPrinted(weir, 'weir is listening')
    .then(async () => [
      await timedGet(`http://127.0.0.1:${port}/a`),
      await timedGet(`http://127.0.0.1:${port}/a`),
    ])
    .finally(() => weir.kill('SIGTERM'))
  const [code] = (await ended) as [number | null]
  console.log(
    `${answers.map(({ cache }) => cache).join(', then ')}; stopped with exit code ${code ?? 'none'}`,
  )
  if (answers[0]?.cache !== 'MISS' || answers[1]?.cache !== 'HIT') throw new Error('expected MISS, then HIT')
  if (code !== 0) throw new Error('expected exit code 0')
}
