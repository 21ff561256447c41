// The client connections and what is being answered on each, so that a stop breaks nothing off.
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { NodeReply } from './node-reply.ts'

// A client that was told that its connection stays may have sent the next request already: closing at once would lose it.
const LINGER_MS = 100

export class ClientConnections {
  readonly #clock: Clock
  readonly #replies = new Map<Socket, Set<NodeReply>>()
  #closing = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  opened(socket: Socket): void {
    this.#replies.set(socket, new Set())
    socket.once('close', () => this.#replies.delete(socket))
  }

  /** An answer is due on this connection, until `ended` with the same. */
  began(socket: Socket, reply: NodeReply): void {
    if (this.#closing) reply.closeAfter()
    this.#replies.get(socket)?.add(reply)
  }

  /** The client's kernel has all of the answer, or the connection broke. */
  ended(socket: Socket, reply: NodeReply): void {
    const replies = this.#replies.get(socket)
    replies?.delete(reply)
    // An answer that began before the stop has told the client that the connection would stay.
    if (this.#closing && replies?.size === 0) this.#closeIfIdle(socket)
  }

  /** Closes each connection when it has been idle for a moment; what still comes is answered, and is the last. */
  close(): void {
    this.#closing = true
    for (const [socket, replies] of this.#replies) {
      if (replies.size === 0) this.#closeIfIdle(socket)
      for (const reply of replies) reply.closeAfter()
    }
  }

  #closeIfIdle(socket: Socket): void {
    if (socket.destroyed || socket.writableEnded) return
    const linger = this.#clock.after(LINGER_MS, () => {
      if (this.#replies.get(socket)?.size === 0) socket.destroySoon()
    })
    socket.once('close', () => linger.cancel())
  }
}
