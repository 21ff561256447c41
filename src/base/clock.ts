// The clock port: whatever reads or waits for time goes through it, so that tests can hold time still.

export interface Clock {
  /** Epoch milliseconds that never step backwards while the process lives. */
  now(): number
  /** Runs `task` once, `delayMs` from now. The timer alone does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer
}

export interface Timer {
  /** Stops the timer; harmless when it has already fired. */
  cancel(): void
}
