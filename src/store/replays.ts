// The record port of idempotent writes: how the first request with a key was answered.

export interface Replay {
  /** What the request was, to tell a repeat from another request under the same key. */
  readonly fingerprint: string
  readonly answer: ReplayedAnswer
}

export type ReplayedAnswer =
  | {
      readonly kind: 'whole'
      readonly status: number
      readonly statusText: string
      /** Name, value, name, value … */
      readonly fields: readonly string[]
      readonly body: Uint8Array
    }
  /** It was carried out, and the answer is not kept. */
  | { readonly kind: 'too-large'; readonly status: number }
  /** The request was sent, and no whole answer came. */
  | { readonly kind: 'unknown' }

/** No call rejects, and each settles within a bound of the adapter's own. */
export interface Replays {
  /** unavailable: it could not be found out in time. */
  get(key: string): Promise<Replay | null | 'unavailable'>
  put(key: string, replay: Replay, ttlMs: number): Promise<void>
}
