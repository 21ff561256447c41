// weir for the long runs: the whole of it, in a process of its own, so that its memory and handles can be watched.
import { fork } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface StormWeir {
  readonly port: number
  readonly managePort: number
  /** Resident memory in MiB, and open file descriptors. */
  usage(): { readonly rssMiB: number; readonly handles: number }
  stop(): Promise<void>
}

/** @param sections a configuration without its listeners */
export async function startStormWeir(sections: object): Promise<StormWeir> {
  const child = fork(fileURLToPath(new URL('weir-process.ts', import.meta.url)), [JSON.stringify(sections)])
  const ports = await new Promise<{ port: number; managePort: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number; managePort: number }))
    child.once('exit', (code) => reject(new Error(`weir ended with ${code ?? 'a signal'}`)))
  })
  const { pid } = child
  return {
    ...ports,
    usage() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
      return { rssMiB: Math.round(kib / 1024), handles: readdirSync(`/proc/${pid}/fd`).length }
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}
