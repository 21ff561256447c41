// The endpoints that show the configuration in use, and reload it.
import { z } from 'zod'
import type { Json } from './config-view.ts'
import { type Endpoint, type EndpointAnswer, endpoint } from './endpoint.ts'
import type { ReloadOutcome } from './reload.ts'

/** `config` gives what is in use, with nothing secret in it. */
export function configEndpoints(
  config: () => Json,
  reload: () => Promise<ReloadOutcome>,
): readonly Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/health/config',
      summary: 'The configuration in use, with every default filled in and nothing secret in it.',
      answers: { 200: z.looseObject({}) },
      answer: () => ({ status: 200, body: config() }),
    }),
    endpoint({
      method: 'POST',
      path: '/health/config/reload',
      summary:
        'Reads the configuration again and applies it; where it is wrong, nothing changes, and a 422 says why.',
      answers: { 200: z.strictObject({ changed: z.array(z.string()), needs_restart: z.array(z.string()) }) },
      answer: async () => answerOf(await reload()),
    }),
  ]
}

function answerOf(outcome: ReloadOutcome): EndpointAnswer {
  switch (outcome.kind) {
    case 'applied':
      return { status: 200, body: { changed: outcome.changed, needs_restart: outcome.needsRestart } }
    case 'refused':
      return { status: 422, problem: 'config', detail: outcome.errors }
    case 'no-file':
      return { status: 409, problem: 'no-file', detail: 'weir was started without a configuration file.' }
  }
}
