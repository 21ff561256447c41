// How many connections one address may have at a time.
import type { Socket } from 'node:net'

export class AddressLimit {
  readonly #limit: number
  /** Only addresses with a connection are listed. */
  readonly #connections = new Map<string, number>()

  /** @param limit null: none */
  constructor(limit: number | null) {
    this.#limit = limit ?? Infinity
  }

  /** Counts the connection until it closes; false where its address has too many already. */
  enter(socket: Socket): boolean {
    if (this.#limit === Infinity) return true
    const address = socket.remoteAddress ?? ''
    const open = this.#connections.get(address) ?? 0
    if (open >= this.#limit) return false
    this.#connections.set(address, open + 1)
    socket.once('close', () => this.#leave(address))
    return true
  }

  #leave(address: string): void {
    const left = (this.#connections.get(address) ?? 0) - 1
    if (left > 0) this.#connections.set(address, left)
    else this.#connections.delete(address)
  }
}
