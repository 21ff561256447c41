// Starts the workplans API: PostgreSQL, seeded where it is empty, and a folder of repositories, in the form asked for.
import { rmSync } from 'node:fs'
import type { StartOptions } from '../shared/command.ts'
import { healthEndpoint } from '../shared/health.ts'
import { openPostgres, preparePostgres } from '../shared/postgres.ts'
import { type Api, serveEndpoints } from '../shared/serve.ts'
import { workplansEndpoints } from './endpoints.ts'
import { workplansForms } from './forms.ts'
import { migrations } from './migrations.ts'
import { reportedSizes, type SeedSizes, seedWorkplans } from './seed.ts'
import { writeRepositories } from './write-repositories.ts'

/** @param databaseUrl a PostgreSQL server; by default that of DATABASE_URL, or one that is embedded */
export async function startWorkplansApi(
  { form: formName, ...listen }: StartOptions,
  sizes: SeedSizes = reportedSizes,
  databaseUrl?: string,
): Promise<Api> {
  const form = workplansForms[formName]
  const database = await openPostgres('workplans', databaseUrl)
  await preparePostgres(database, {
    migrations,
    tables: 'tables',
    last: form.migration,
    seeded: 'domains',
    seed: (connection) => seedWorkplans(connection, sizes),
  })
  const folder = writeRepositories(sizes)
  const health = healthEndpoint(database.pool, async () => {
    await database.rows('SELECT 1')
    return {}
  })
  const endpoints = [...workplansEndpoints(database, form, form.scanFiles(folder)), health]
  return serveEndpoints(endpoints, listen, async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.close()
  })
}
