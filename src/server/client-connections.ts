// The client connections and what is being answered on each, so that a stop breaks nothing off.
import type { Socket } from 'node:net'
import type { NodeReply } from './node-reply.ts'

export class ClientConnections {
  readonly #replies = new Map<Socket, Set<NodeReply>>()
  #closing = false

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
    if (this.#closing && replies?.size === 0) socket.destroySoon()
  }

  /** Closes those that are idle at once, and each of the others after its last answer. */
  close(): void {
    this.#closing = true
    for (const [socket, replies] of this.#replies) {
      if (replies.size === 0) socket.destroy()
      for (const reply of replies) reply.closeAfter()
    }
  }
}
