// How much memory and processor time another process has used, where the system tells (Linux).
import { readFileSync } from 'node:fs'

export interface Use {
  readonly memoryMib: number
  /** Since the process began. */
  readonly processorMs: number
}

/** Linux counts processor time in hundredths of a second, whatever its clock does. */
const tickMs = 10

/** Null on systems without /proc. */
export function readUse(pid: number): Use | null {
  try {
    const [, residentKib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    // The name in parentheses may hold spaces: fields are counted from behind it, as proc(5) numbers them from 3.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])]
    return { memoryMib: Number(residentKib) / 1024, processorMs: (userTicks + systemTicks) * tickMs }
  } catch {
    return null
  }
}
