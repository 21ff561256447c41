// The databases that an example's tests run on: PGlite, and a real server that a test file starts once for itself.
import { afterAll, beforeAll } from 'vitest'
import { openPostgres, type Postgres } from '../../../examples/shared/postgres.ts'
import { type PostgresServer, startPostgres } from '../../kit/postgres.ts'

export const engines = ['embedded', 'server'] as const

export type Engine = (typeof engines)[number]

/** Starts a server before the tests of this file, and stops it after them; gives its URL. */
export function usePostgresServer(): () => string {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())
  return () => server.url
}

/** Opens a schema that is new on the server, or an embedded database of its own. */
export function openEngine(engine: Engine, schema: string, serverUrl: () => string): Promise<Postgres> {
  return openPostgres(schema, engine === 'server' ? serverUrl() : undefined)
}
