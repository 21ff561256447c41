// Starts the research API: PostgreSQL, seeded where it is empty, in the form asked for.
import type { StartOptions } from '../shared/command.ts'
import { healthEndpoint } from '../shared/health.ts'
import { openPostgres, preparePostgres } from '../shared/postgres.ts'
import { type Api, serveEndpoints } from '../shared/serve.ts'
import { researchEndpoints } from './endpoints.ts'
import { researchForms } from './forms.ts'
import { migrations } from './migrations.ts'
import { reportedSizes, seedResearch, type SeedSizes } from './seed.ts'

/** @param databaseUrl a PostgreSQL server; by default that of DATABASE_URL, or one that is embedded */
export async function startResearchApi(
  { form: formName, ...listen }: StartOptions,
  sizes: SeedSizes = reportedSizes,
  databaseUrl?: string,
): Promise<Api> {
  const form = researchForms[formName]
  const database = await openPostgres('research', databaseUrl, form.pool)
  await preparePostgres(database, {
    migrations,
    tables: 'tables',
    last: form.migration,
    seeded: 'users',
    seed: (connection) => seedResearch(connection, sizes),
  })
  const health = healthEndpoint(database.pool, async () => ({ ...(await form.countAll(database)) }))
  return serveEndpoints([...researchEndpoints(database, form), health], listen, database.close)
}
