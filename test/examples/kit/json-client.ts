// A client of an example's API: JSON in, JSON out, and what a status must be.
import { expect } from 'vitest'

export interface JsonClient {
  /** The body of a 200. */
  readonly get: <Body>(path: string) => Promise<Body>
  readonly send: (method: string, path: string, body?: unknown) => Promise<Response>
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
}

/** @param base gives the API's URL at the time of the request */
export function jsonClient(base: () => string): JsonClient {
  const client: JsonClient = {
    get: async <Body>(path: string) => {
      const response = await client.fetch(path)
      expect(response.status).toBe(200)
      return (await response.json()) as Body
    },
    send: (method, path, body) =>
      client.fetch(path, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      }),
    fetch: (path, init) => fetch(base() + path, init),
  }
  return client
}
