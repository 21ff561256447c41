// The API of the fleet's benchmark: items that know how often they were written, and a count of what was asked.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingOrigin {
  readonly url: string
  /** GETs since the last time that this was asked. */
  takeReads(): number
  close(): void
}

/** @param thinkMs how long each answer takes */
export async function startCountingOrigin(thinkMs: number): Promise<CountingOrigin> {
  const versions = new Map<string, number>()
  let reads = 0
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ''
    const version = (versions.get(path) ?? 0) + (request.method === 'PUT' ? 1 : 0)
    versions.set(path, version)
    if (request.method === 'GET') reads++
    setTimeout(() => response.end(JSON.stringify({ version, filler: 'x'.repeat(1000) })), thinkMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeReads() {
      const taken = reads
      reads = 0
      return taken
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
