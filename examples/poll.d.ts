// The types of poll.js.

export interface PollOptions {
  /** Time from one answer to the next request; 5000 by default. */
  readonly everyMs?: number
  /** The longest wait after failures in a row; 60000 by default. */
  readonly longestMs?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Told of each answer that differs from the one before. */
  readonly onData: (data: unknown) => void
  /** Told of each failure, and when the next try is. */
  readonly onError?: (error: Error, retryMs: number) => void
  /** For tests: fetch, document, timers and chance in place of the browser's. */
  readonly surroundings?: object
}

/** Starts at once; the function it returns stops it. */
export function poll(url: string, options: PollOptions): () => void

/** How long to wait after failures in a row. */
export function patience(
  failures: number,
  everyMs: number,
  longestMs: number,
  askedMs: number,
  chance: number,
): number
