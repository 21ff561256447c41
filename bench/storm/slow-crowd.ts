// Half-open heads, slow readers and slow uploaders by the thousand, and what they do to plain hits.
import { connect, type Socket } from 'node:net'
import { Agent, request } from 'node:http'
import { scriptedOrigin } from '../../test/kit/scripted-origin.ts'
import { startStormWeir } from './weir.ts'

export interface SlowCrowd {
  readonly quietP99Ms: number
  readonly crowdedP99Ms: number
}

/** @param each how many of each kind */
export async function slowCrowd(each: number, hits: number): Promise<SlowCrowd> {
  const origin = await scriptedOrigin((incoming, response) => {
    if (incoming.method === 'POST') return
    response.end(incoming.url === '/big' ? Buffer.alloc(4 * 1024 * 1024) : 'small')
  })
  const weir = await startStormWeir({ origin: origin.url, routes: [{ path: '/*', cache: '10m' }] })
  const { port } = weir
  await measure(port, '/big', 1)
  await measure(port, '/hit', hits)
  const quietP99Ms = await measure(port, '/hit', hits)
  const sockets: Socket[] = []
  const open = (bytes: string): void => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('error', () => undefined)
    socket.pause()
    sockets.push(socket)
  }
  for (let i = 0; i < each; i++) {
    open('GET /half HTTP/1.1\r\nHost: x\r\n')
    open(`GET /big HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    open('POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslow')
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const crowdedP99Ms = await measure(port, '/hit', hits)
  for (const socket of sockets) socket.destroy()
  await weir.stop()
  await origin.close()
  return { quietP99Ms, crowdedP99Ms }
}

async function measure(port: number, path: string, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now()
    await new Promise<void>((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', path, agent }, (response) => {
        response.resume().on('end', resolve)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    times.push(performance.now() - startedAt)
  }
  agent.destroy()
  times.sort((a, b) => a - b)
  return Math.round((times[Math.floor(count * 0.99)] ?? 0) * 1000) / 1000
}
