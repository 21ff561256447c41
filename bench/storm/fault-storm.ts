// An origin that resets, stalls and truncates at random, under clients of which some leave: nobody hangs, nothing lies.
import { request } from 'node:http'
import { scriptedOrigin } from '../../test/kit/scripted-origin.ts'
import { startStormWeir } from './weir.ts'

export interface FaultStorm {
  readonly requests: number
  readonly whole: number
  readonly errors: number
  readonly broken: number
  readonly left: number
  /** Whole answers with a wrong body: must be 0. */
  readonly lies: number
  /** The longest that any client waited. */
  readonly longestMs: number
  /** Attempts that the origin saw for each fetch that a perfect one would have seen. */
  readonly attemptsRatio: number
  readonly before: object
  readonly after: object
}

const body = 'abcdefghij'.repeat(2_000)
const totalMs = 3_000

/** @param seconds how long; @param clients how many ask at a time */
export async function faultStorm(seconds: number, clients: number): Promise<FaultStorm> {
  let attempts = 0
  const fetched = new Set<string>()
  const origin = await scriptedOrigin((incoming, response) => {
    attempts += 1
    fetched.add(incoming.headers['x-round'] as string)
    const chance = Math.random()
    if (chance < 0.3) return void incoming.socket.resetAndDestroy()
    if (chance < 0.6) return
    response.writeHead(200, { 'Content-Length': body.length })
    if (chance >= 0.9) return void response.end(body)
    response.write(body.slice(0, 5_000))
    setImmediate(() => incoming.socket.destroy())
  })
  const weir = await startStormWeir({
    origin: { url: origin.url, connections: 256 },
    defaults: { timeouts: { connect: '1s', firstByte: '1s', idle: '1s', total: `${totalMs}ms` } },
    routes: [
      {
        path: '/*',
        methods: ['GET'],
        cache: { ttl: '1s', staleIfError: '2s', key: { headers: ['x-round'] } },
      },
    ],
  })
  const before = weir.usage()
  const count = { requests: 0, whole: 0, errors: 0, broken: 0, left: 0, lies: 0, longestMs: 0 }
  const endAt = performance.now() + seconds * 1_000
  const keys = 50

  async function ask(): Promise<void> {
    count.requests += 1
    const startedAt = performance.now()
    const path = `/${Math.floor(Math.random() * keys)}`
    const round = String(Math.floor(startedAt / 500))
    const outcome = await get(weir.port, path, `${path} ${round}`, Math.random() < 0.1)
    if (outcome !== 'left') count.longestMs = Math.max(count.longestMs, performance.now() - startedAt)
    if (outcome === 'lie') count.lies += 1
    else count[outcome] += 1
  }

  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < endAt) await ask()
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, totalMs + 1_000))
  const after = weir.usage()
  await weir.stop()
  await origin.close()
  const { longestMs, ...rest } = count
  return { ...rest, longestMs: Math.round(longestMs), attemptsRatio: attempts / fetched.size, before, after }
}

type Seen = 'whole' | 'errors' | 'broken' | 'left' | 'lie'

function get(port: number, path: string, round: string, leaves: boolean): Promise<Seen> {
  return new Promise((resolve) => {
    const outgoing = request({ port, host: '127.0.0.1', path, headers: { 'X-Round': round }, agent: false })
    if (leaves) {
      setTimeout(() => {
        outgoing.destroy()
        resolve('left')
      }, Math.random() * 500)
    }
    outgoing.on('error', () => resolve(leaves ? 'left' : 'broken'))
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', () => undefined)
      response.on('close', () => {
        if (!response.complete) resolve('broken')
        else if (response.statusCode !== 200) resolve('errors')
        else resolve(text === body ? 'whole' : 'lie')
      })
    })
    outgoing.end()
  })
}
