// What stands between weir and Redis: a deadline for each command, a breaker, and the record of how it went.
import type { Clock } from '../../base/clock.ts'
import type { Client } from './client.ts'

export type LinkState = 'connecting' | 'up' | 'down'

/** timeout: no reply in time; offline: no connection, or it broke; full, readonly: Redis takes no writes; refused: any other error. */
export type LinkError = 'timeout' | 'offline' | 'full' | 'readonly' | 'refused'

export type Reply<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: LinkError }
  /** The breaker is open: nothing was asked. */
  | { readonly kind: 'spared' }

export interface LinkStats {
  readonly state: LinkState
  readonly commands: number
  /** Of the commands of the last minutes that were answered, a moving average. */
  readonly latencyMs: number
  readonly errors: Readonly<Record<LinkError, number>>
  /** Commands that the breaker kept away. */
  readonly spared: number
}

export interface LinkOptions {
  readonly clock: Clock
  /** How long a command may take. */
  readonly timeoutMs: number
  /** Told of each change, once. */
  readonly onState: (state: LinkState, error: LinkError | null) => void
}

const FAILURES_TO_OPEN = 5

export class RedisLink {
  readonly #client: Client
  readonly #options: LinkOptions
  #state: LinkState = 'connecting'
  #failures = 0
  #commands = 0
  #latencyMs = 0
  #spared = 0
  readonly #errors: Record<LinkError, number> = { timeout: 0, offline: 0, full: 0, readonly: 0, refused: 0 }

  constructor(client: Client, options: LinkOptions) {
    this.#client = client
    this.#options = options
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** Asks within the deadline, or one of its own for what is larger. Never rejects. */
  ask<T>(command: (client: Client) => Promise<T>, timeoutMs = this.#options.timeoutMs): Promise<Reply<T>> {
    if (this.#state !== 'up') {
      this.#spared++
      return Promise.resolve({ kind: 'spared' })
    }
    return this.#send(command, timeoutMs)
  }

  /** As `ask`, also while the breaker is open: its success closes it. */
  async probe<T>(command: (client: Client) => Promise<T>, timeoutMs: number): Promise<Reply<T>> {
    const reply = await this.#send(command, timeoutMs)
    if (reply.kind === 'ok') this.#become('up', null)
    // A connection that does not get ready in all this time has nobody at its other end.
    else if (this.#state === 'down') this.#client.renew()
    return reply
  }

  stats(): LinkStats {
    return {
      state: this.#state,
      commands: this.#commands,
      latencyMs: this.#latencyMs,
      errors: { ...this.#errors },
      spared: this.#spared,
    }
  }

  async #send<T>(command: (client: Client) => Promise<T>, timeoutMs: number): Promise<Reply<T>> {
    const { clock } = this.#options
    const askedAt = clock.now()
    this.#commands++
    const reply = await this.#settled(command(this.#client), timeoutMs)
    if (reply.kind === 'ok') {
      this.#failures = 0
      this.#latencyMs += (clock.now() - askedAt - this.#latencyMs) / 50
    } else if (reply.kind === 'failed') this.#failed(reply.error)
    return reply
  }

  #settled<T>(answer: Promise<T>, timeoutMs: number): Promise<Reply<T>> {
    return new Promise((resolve) => {
      const patience = this.#options.clock.after(timeoutMs, () =>
        // What has come while this process was busy is read first.
        setImmediate(() => resolve({ kind: 'failed', error: 'timeout' })),
      )
      answer.then(
        (value) => {
          patience.cancel()
          resolve({ kind: 'ok', value })
        },
        (error: unknown) => {
          patience.cancel()
          resolve({ kind: 'failed', error: errorOf(error) })
        },
      )
    })
  }

  #failed(error: LinkError): void {
    this.#errors[error]++
    if (error === 'timeout' || error === 'readonly') this.#client.renew()
    // A server that refuses is there, and answers quickly.
    if (error !== 'timeout' && error !== 'offline') return
    this.#failures++
    if (this.#failures >= FAILURES_TO_OPEN || this.#state === 'connecting') this.#become('down', error)
  }

  #become(state: LinkState, error: LinkError | null): void {
    if (state === 'up') this.#failures = 0
    if (state === this.#state) return
    this.#state = state
    this.#options.onState(state, error)
  }
}

function errorOf(error: unknown): LinkError {
  const { name, message } = error as Error
  if (name !== 'ReplyError') return 'offline'
  if (message.includes('OOM ')) return 'full'
  return message.includes('READONLY ') ? 'readonly' : 'refused'
}
