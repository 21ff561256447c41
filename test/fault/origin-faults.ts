// The ways in which an origin fails, as scripts at byte level.
import type { RawConnection } from '../kit/scripted-origin.ts'

export interface OriginFault {
  readonly name: string
  /** What the origin does once a request's head is there. */
  readonly script: (connection: RawConnection) => void | Promise<void>
  /** What a client gets who has not seen a head: a status; `broken`: a head, and then a transfer that visibly breaks off. */
  readonly client: 502 | 504 | 'broken'
  /** RFC 9209. */
  readonly failure: string
  /** Time has to pass before weir gives up. */
  readonly takesTime?: boolean
}

const head = 'HTTP/1.1 200 OK\r\nX-From: fault\r\n'
const never = (): void => undefined

export const originFaults: readonly OriginFault[] = [
  {
    name: 'resets without an answer',
    script: (connection) => connection.reset(),
    client: 502,
    failure: 'connection_terminated',
  },
  {
    name: 'closes without an answer',
    script: (connection) => void connection.socket.end(),
    client: 502,
    failure: 'connection_terminated',
  },
  {
    name: 'stalls before its answer',
    script: never,
    client: 504,
    failure: 'http_response_timeout',
    takesTime: true,
  },
  {
    name: 'stalls within its head',
    script: (connection) => connection.write(head),
    client: 504,
    failure: 'http_response_timeout',
    takesTime: true,
  },
  {
    name: 'resets within its head',
    script: async (connection: RawConnection): Promise<void> => {
      connection.write(head)
      await flushed(connection)
      connection.reset()
    },
    client: 502,
    failure: 'http_response_incomplete',
  },
  {
    name: 'answers garbage',
    script: (connection) => connection.write('SSH-2.0-OpenSSH_9\r\n\r\n'),
    client: 502,
    failure: 'http_protocol_error',
  },
  {
    name: 'floods with interim answers',
    script: (connection) => connection.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(40)),
    client: 502,
    failure: 'http_protocol_error',
  },
  {
    name: 'sends a head without end',
    script: (connection) => connection.write(head + `X-Long: ${'x'.repeat(1_000)}\r\n`.repeat(200)),
    client: 502,
    failure: 'http_protocol_error',
  },
  {
    name: 'states two lengths',
    script: (connection) => connection.write(`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`),
    client: 502,
    failure: 'http_protocol_error',
  },
  {
    name: 'switches protocols unasked',
    script: (connection) =>
      connection.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    client: 502,
    failure: 'http_protocol_error',
  },
  {
    name: 'ends short of its length',
    script: (connection) => void connection.socket.end(`${head}Content-Length: 9\r\n\r\nhalf`),
    client: 'broken',
    failure: 'http_response_incomplete',
  },
  {
    name: 'cuts its chunks',
    script: (connection) =>
      void connection.socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
    client: 'broken',
    failure: 'http_response_incomplete',
  },
  {
    name: 'sends a malformed chunk',
    script: (connection) => connection.write(`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n`),
    client: 'broken',
    failure: 'http_response_incomplete',
  },
  {
    name: 'resets within its content',
    script: async (connection: RawConnection): Promise<void> => {
      connection.write(`${head}Content-Length: 9\r\n\r\nhalf`)
      await flushed(connection)
      connection.reset()
    },
    client: 'broken',
    failure: 'http_response_incomplete',
  },
  {
    name: 'resets content that ends with the connection',
    script: async (connection: RawConnection): Promise<void> => {
      connection.write(`${head}\r\nhalf`)
      await flushed(connection)
      connection.reset()
    },
    client: 'broken',
    failure: 'http_response_incomplete',
  },
  {
    name: 'stalls within its content',
    script: (connection) => connection.write(`${head}Content-Length: 9\r\n\r\nhalf`),
    client: 'broken',
    failure: 'http_response_timeout',
    takesTime: true,
  },
]

/** Lets what was written arrive ahead of what follows, such as a reset, which would overtake it. */
function flushed({ socket }: RawConnection): Promise<void> {
  return new Promise((resolve) => socket.write('', () => setTimeout(resolve, 10)))
}
