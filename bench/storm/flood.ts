// Invented URLs, header values and tokens without end: memory stays where it is.
import { connect } from 'node:net'
import { scriptedOrigin } from '../../test/kit/scripted-origin.ts'
import { startStormWeir } from './weir.ts'

export interface Flood {
  readonly requests: number
  /** Resident memory after each tenth. */
  readonly rssMiB: readonly number[]
}

/** @param total requests, each with a URL, a header value and a token of its own */
export async function flood(total: number): Promise<Flood> {
  const origin = await scriptedOrigin(
    (_, response) => void response.setHeader('Vary', 'X-Any').end('x'.repeat(200)),
  )
  // The script remembers what it has seen; this one must not.
  const forget = setInterval(() => (origin.requests as unknown[]).splice(0), 50)
  const weir = await startStormWeir({
    origin: { url: origin.url },
    cache: { memory: '32MiB' },
    routes: [{ path: '/*', cache: { ttl: '1h' } }],
  })
  const rssMiB: number[] = []
  let next = 0
  const step = total / 10
  for (let tenth = 1; tenth <= 10; tenth++) {
    await Promise.all(
      Array.from({ length: 16 }, () => connection(weir.port, () => (next < step * tenth ? next++ : null))),
    )
    rssMiB.push(weir.usage().rssMiB)
  }
  clearInterval(forget)
  await weir.stop()
  await origin.close()
  return { requests: next, rssMiB }
}

/** Asks on one connection until `take` gives null. */
function connection(port: number, take: () => number | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const ask = (): void => {
      const id = take()
      if (id === null) return void socket.end()
      socket.write(`GET /${id} HTTP/1.1\r\nHost: x\r\nX-Any: ${id}\r\nAuthorization: Bearer ${id}\r\n\r\n`)
    }
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (!text.endsWith('x'.repeat(200)) && !text.endsWith('\r\n0\r\n\r\n')) return
      text = ''
      ask()
    })
    socket
      .on('connect', ask)
      .on('error', reject)
      .on('close', () => resolve())
  })
}
