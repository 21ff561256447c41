// How the usage of an account moves from one reading to the next: what a provider would report.

export type UsageWindow = 'primary' | 'secondary'

export interface UsageReading {
  readonly used_percent: number
  readonly window_minutes: number
  readonly reset_at: string
  readonly recorded_at: string
}

/** Minutes between two readings of one account. */
export const readingIntervalMinutes = 10

export const windowMinutes: Readonly<Record<UsageWindow, number>> = {
  primary: 5 * 60,
  secondary: 7 * 24 * 60,
}

/** The reading at `recordedAt` (epoch ms): usage grows at a random pace until its window ends, then starts at zero. */
export function nextReading(
  window: UsageWindow,
  previous: UsageReading | undefined,
  recordedAt: number,
  random: () => number,
): UsageReading {
  const minutes = windowMinutes[window]
  const recorded_at = new Date(recordedAt).toISOString()
  if (previous === undefined || previous.reset_at <= recorded_at) {
    const resetAt = new Date(recordedAt + minutes * 60_000).toISOString()
    return { used_percent: 0, window_minutes: minutes, reset_at: resetAt, recorded_at }
  }
  const steadyPace = (100 * readingIntervalMinutes) / minutes
  const used = Math.min(100, previous.used_percent + 2 * steadyPace * random())
  return { ...previous, used_percent: Math.round(used * 100) / 100, recorded_at }
}
