// One client connection: its requests are taken in turn, and it ends so that the last answer can be read.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { endWithProblem } from './bare-socket.ts'
import { endAndLinger } from './linger.ts'
import type { ParserProblem } from './parser-problem.ts'
import { tooManyAtOnce } from './refusals.ts'

export interface Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly run: () => void
}

/**
 * node:http hands over pipelined requests as it reads them. Answered at once they would overtake one another: a read
 * the write before it (RFC 9112 §9.3.2), and a refusal the answer that is still being sent.
 */
export class Conversation {
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #maxWaiting: number
  #current: Turn | null = null
  #waiting: Turn[] = []
  /** What ends the connection once the requests before it are answered. */
  #refusal: ParserProblem | null = null
  /** Nothing more is taken: what still comes is dropped. */
  #over = false

  constructor(socket: Socket, clock: Clock, maxWaiting: number) {
    this.#socket = socket
    this.#clock = clock
    this.#maxWaiting = maxWaiting
    const closeAtOnce = socket.destroySoon.bind(socket)
    // node:http ends a connection after its last answer by this method.
    socket.destroySoon = () => {
      const current = this.#current?.request
      if (current?.complete !== false && !this.#over) return closeAtOnce()
      this.#over = true
      current?.unpipe()
      current?.resume()
      endAndLinger(socket, this.#clock)
    }
  }

  /** Nothing is being answered. */
  get idle(): boolean {
    return this.#current === null
  }

  take(turn: Turn): void {
    // Unread, what follows costs nothing; read, each request would wait in memory for an answer that never comes.
    if (this.#over) this.#socket.pause()
    else if (this.#current === null) this.#begin(turn)
    else if (this.#waiting.length < this.#maxWaiting) this.#waiting.push(turn)
    else this.refuse(tooManyAtOnce)
  }

  /** Ends the connection with a refusal of what was read last, in its turn. */
  refuse(problem: ParserProblem): void {
    if (this.#over) return
    this.#over = true
    const current = this.#current
    if (current?.request.complete === true) {
      this.#refusal = problem
      if (this.#waiting.at(-1)?.request.complete === false) this.#waiting.pop()
      this.#socket.pause()
    } else if (current?.response.headersSent === true) {
      this.#socket.destroy()
    } else {
      endWithProblem(this.#socket, this.#clock, problem)
    }
  }

  /** The answer under way is the last: what was read after its request is dropped. */
  conclude(): void {
    this.#over = true
    this.#waiting = []
  }

  #begin(turn: Turn): void {
    this.#current = turn
    turn.response.once('close', () => this.#next())
    turn.run()
  }

  #next(): void {
    this.#current = null
    const turn = this.#waiting.shift()
    if (!this.#socket.writable) this.conclude()
    else if (turn !== undefined) this.#begin(turn)
    else if (this.#refusal !== null) endWithProblem(this.#socket, this.#clock, this.#refusal)
  }
}
