// POSTs under random resets, each counted at the origin: none may arrive twice.
import { request as httpRequest, Agent } from 'node:http'
import { rawOrigin } from '../../test/kit/scripted-origin.ts'
import { startStormWeir } from './weir.ts'

export interface Posts {
  readonly sent: number
  readonly answered: number
  readonly failed: number
  /** POSTs of which the origin saw the head more than once: must be 0. */
  readonly twice: number
}

export async function posts(total: number): Promise<Posts> {
  const seen = new Map<string, number>()
  const origin = await rawOrigin((connection) => {
    let read = 0
    connection.socket.on('data', () => {
      for (let end = connection.received().indexOf('\r\n\r\n', read); end >= 0;) {
        const id = /^POST \/(\d+)/.exec(connection.received().slice(read, end))?.[1]
        if (id !== undefined) seen.set(id, (seen.get(id) ?? 0) + 1)
        read = end + 4
        const chance = Math.random()
        if (chance < 0.2) return connection.reset()
        if (chance < 0.3) return void connection.socket.end()
        connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        if (chance < 0.4) return void setImmediate(() => connection.reset())
        end = connection.received().indexOf('\r\n\r\n', read)
      }
    })
  })
  const weir = await startStormWeir({ origin: { url: origin.url, breaker: 'off' } })
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let next = 0
  let answered = 0
  let failed = 0
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < total) {
        const status = await post(weir.port, `/${next++}`, agent)
        if (status === 200) answered += 1
        else failed += 1
      }
    }),
  )
  agent.destroy()
  await weir.stop()
  await origin.close()
  return { sent: total, answered, failed, twice: [...seen.values()].filter((count) => count > 1).length }
}

function post(port: number, path: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', agent })
    outgoing.on('error', () => resolve(0))
    outgoing.on('response', (response) => {
      response.resume().on('close', () => resolve(response.statusCode ?? 0))
    })
    outgoing.end('amount=1')
  })
}
