// weir between a client and an origin that both speak bytes: what the origin received, to the letter.
import { rawOrigin } from '../kit/scripted-origin.ts'
import { manualClock, type ManualClock } from '../kit/manual-clock.ts'
import { type Sections, startWeir, type TestWeir, until } from '../kit/weir.ts'
import { expect, onTestFinished } from 'vitest'

export interface Arena {
  readonly weir: TestWeir
  readonly clock: ManualClock
  /** The whole requests that the origin has read, each as its exact bytes. */
  readonly requests: readonly string[]
  /** Everything the origin received, whole request or not, connection by connection. */
  readonly received: () => string
  /** Settles once the origin has received `text`. */
  readonly until: (text: string) => Promise<void>
}

/** The origin answers every whole request with the same 200. */
export async function arena(sections: Sections = { routes: [] }): Promise<Arena> {
  const requests: string[] = []
  const received: (() => string)[] = []
  const origin = await rawOrigin((connection) => {
    received.push(() => connection.received())
    let read = 0
    connection.socket.on('data', () => {
      for (let end = endOfRequest(connection.received(), read); end > 0;) {
        requests.push(withoutIds(connection.received().slice(read, end)))
        read = end
        connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        end = endOfRequest(connection.received(), read)
      }
    })
  })
  onTestFinished(origin.close)
  const receivedInAll = (): string => withoutIds(received.map((of) => of()).join(''))
  const clock = manualClock()
  return {
    clock,
    requests,
    weir: await startWeir(origin.url, sections, { clock }),
    received: receivedInAll,
    until: (text) => until(() => receivedInAll().includes(text)),
  }
}

/** Without the two fields whose values are different each time. */
function withoutIds(bytes: string): string {
  return bytes.replace(/X-Request-Id: [\da-f-]{36}\r\ntraceparent: 00-[\da-f]{32}-[\da-f]{16}-0\d\r\n/g, '')
}

/** Where the request that starts at `from` ends (RFC 9112 §6), or 0 while it is not whole. */
function endOfRequest(text: string, from: number): number {
  const headEnd = text.indexOf('\r\n\r\n', from) + 4
  if (headEnd < 4) return 0
  const head = text.slice(from, headEnd)
  if (/^transfer-encoding: chunked\r$/im.test(head)) {
    const last = text.indexOf('\r\n0\r\n\r\n', headEnd - 2)
    return last < 0 ? 0 : last + 7
  }
  const end = headEnd + Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? 0)
  return text.length < end ? 0 : end
}

/** A request as it is written, with CRLF at the end of each line. */
export function lines(...text: readonly string[]): string {
  return text.map((line) => `${line}\r\n`).join('')
}

export interface Forwarded {
  readonly host?: string
  /** End-to-end fields of the client, as lines. */
  readonly fields?: readonly string[]
  readonly body?: string
}

/** The exact bytes of a request as weir sends it to the origin, its content with a length. */
export function forwarded(startLine: string, { host = 'x', fields = [], body }: Forwarded = {}): string {
  const head = [`${startLine} HTTP/1.1`, `host: ${host}`, 'connection: keep-alive', ...fields]
  head.push(
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Proto: http',
    `X-Forwarded-Host: ${host}`,
    'Via: 1.1 weir',
  )
  if (body !== undefined) head.push(`content-length: ${body.length}`)
  return `${lines(...head)}\r\n${body ?? ''}`
}

/** The canary that follows an attack, and what the origin must see of it. */
export const next = lines('GET /next HTTP/1.1', 'Host: x', 'Connection: close', '')
export const nextForwarded = forwarded('GET /next')

/** The statuses of all the answers in what a client received. */
export function statuses(received: string): number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))
}

/**
 * Sends an attack with the canary on its heels: it must be answered once, with `status`, and the connection closed; the
 * origin must not see a byte. Another connection must not feel any of it.
 */
export async function expectRefused(bytes: string, status: number, sections?: Sections): Promise<void> {
  const { weir, requests, received } = await arena(sections)
  const attacker = await weir.client(bytes + next)
  const answer = await attacker.closed
  expect([statuses(answer), /^connection: close\r$/im.test(answer), received()]).toEqual([[status], true, ''])
  expect(statuses(await (await weir.client(next)).closed)).toEqual([200])
  expect([requests, received()]).toEqual([[nextForwarded], nextForwarded])
}

/** Sends a request with the canary on its heels: the origin must see `seen` and the canary, to the byte. */
export async function expectForwarded(bytes: string, seen: string, sections?: Sections): Promise<void> {
  const { weir, requests, received } = await arena(sections)
  const client = await weir.client(bytes + next)
  expect(statuses(await client.closed).filter((status) => status >= 200)).toEqual([200, 200])
  expect(requests).toEqual([seen, nextForwarded])
  expect(received()).toBe(seen + nextForwarded)
}
