// What the tests of the origin adapter share: an adapter on a manual clock, closed after each test.
import { afterEach, expect } from 'vitest'
import { createOrigin } from '../../../src/origin/pool.ts'
import type { OriginOptions } from '../../../src/origin/pool.ts'
import type { Origin } from '../../../src/origin/port.ts'
import { gate, turn } from '../../kit/barrier.ts'
import { manualClock } from '../../kit/manual-clock.ts'
import type { ManualClock } from '../../kit/manual-clock.ts'
import { rawOrigin, scriptedOrigin } from '../../kit/scripted-origin.ts'
import type { OriginHandler, RawConnection, ScriptedOrigin } from '../../kit/scripted-origin.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

export interface Setting {
  readonly origin: Origin
  readonly clock: ManualClock
}

/** An adapter for an origin at `url`; jitter is none, so that a retry follows as soon as the clock moves. */
export function adapterFor(url: string, options: Partial<OriginOptions> = {}): Setting {
  const clock = manualClock()
  const given = { connections: 8, keepAliveMs: 4_000, connectMs: 1_000, random: () => 0, ...options }
  const origin = createOrigin({ urls: [url], clock, ...given })
  closing.unshift(async () => {
    await origin.destroy()
    expect(clock.pendingTimers()).toBe(0)
  })
  return { origin, clock }
}

export async function speakingBytes(
  script: (connection: RawConnection) => void | Promise<void>,
  options: Partial<OriginOptions> = {},
): Promise<Setting & { connections: () => number; url: string }> {
  const server = await rawOrigin(script)
  closing.push(server.close)
  return { ...adapterFor(server.url, options), connections: server.connections, url: server.url }
}

export async function speakingHttp(
  script: OriginHandler | Record<string, OriginHandler>,
  options: Partial<OriginOptions> = {},
): Promise<Setting & { server: ScriptedOrigin }> {
  const server = await scriptedOrigin(script)
  closing.push(server.close)
  return { ...adapterFor(server.url, options), server }
}

/** An origin that answers each request with these bytes, and then closes, resets or waits. */
export function answering(
  bytes: string,
  then: 'close' | 'reset' | 'wait',
): (connection: RawConnection) => Promise<void> {
  return async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write(bytes)
    if (then === 'close') connection.socket.end()
    if (then === 'reset') {
      // A reset overtakes what is still unread at the other end.
      await turn()
      await turn()
      connection.reset()
    }
  }
}

/** An origin that leaves every request unanswered, and tells when one is there. */
export function silent(): {
  script: (connection: RawConnection) => Promise<void>
  asked: Promise<RawConnection>
} {
  const arrival = gate<RawConnection>()
  return {
    asked: arrival.opened,
    script: async (connection) => {
      await connection.until('\r\n\r\n')
      arrival.open(connection)
    },
  }
}

/** Moves the clock, little by little, until `condition` holds: for retries whose start the test cannot see. */
export async function advanceUntil(clock: ManualClock, condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 20_000) throw new Error('the condition never held')
    clock.advance(0)
    await turn()
  }
}
