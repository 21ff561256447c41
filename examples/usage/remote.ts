// What is far away from the API: providers and the management service. It takes its time, and fails now and then.
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../shared/problem.ts'

export interface Remote {
  /** Takes as long as an exchange with a provider. */
  provider(): Promise<void>
  /** The same for the management service; throws 502 now and then, before anything has happened there. */
  management(): Promise<void>
}

const providerMs = 150
const managementMs = 20
const failEvery = 7

export function slowRemote(): Remote {
  let calls = 0
  return {
    provider: () => delay(providerMs),
    management: async () => {
      calls += 1
      const fails = calls % failEvery === 0
      await delay(managementMs)
      if (fails) throw new Problem(502, 'Bad Gateway', 'the management service broke the connection')
    },
  }
}
