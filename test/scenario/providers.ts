// Resources of an API without locks or tags, whose writes stop where the test says.
import { expect } from 'vitest'
import { barrier, type Barrier } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import type { OriginHandler, SeenRequest } from '../kit/scripted-origin.ts'
import type { Sections, TestWeir } from '../kit/weir.ts'

export const path = '/api/providers/1'

export function serialized(serialize: object, others: object = {}, get: object = {}): Sections {
  return {
    routes: [
      { path: '/api/providers/:id', methods: ['PUT', 'PATCH', 'DELETE'], serialize, ...others },
      { path: '/api/providers/:id', methods: ['GET', 'HEAD'], ...get },
    ],
  }
}

/** Resources by path, each with a state; writes stop at barriers, one for each, in the order they come. */
export function providers(): {
  handler: OriginHandler
  states: Map<string, string>
  write: (index: number) => Barrier
  open: () => void
} {
  const states = new Map([[path, 'one']])
  const writes: Barrier[] = []
  let isOpen = false
  let count = 0
  const write = (index: number): Barrier => (writes[index] ??= barrier())
  const handler: OriginHandler = async (request, response, seen) => {
    const state = states.get(seen.url)
    if (request.method === 'GET') {
      if (state === undefined) return void response.writeHead(404).end()
      return void response.setHeader('Content-Type', 'text/plain').end(state)
    }
    await seen.finished
    if (!isOpen) await write(count++).arrive()
    states.set(seen.url, seen.body.toString())
    response.writeHead(204).end()
  }
  return { handler, states, write, open: () => (isOpen = true) }
}

export function put(
  weir: TestWeir,
  body: string,
  headers: Record<string, string> = {},
  at = path,
): Promise<Answer> {
  return weir.request({ method: 'PUT', path: at, body, headers })
}

export function problemOf(answer: Answer): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}

export function field({ rawHeaders }: SeenRequest, name: string): string | undefined {
  const index = rawHeaders.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name)
  return index < 0 ? undefined : rawHeaders[index + 1]
}
