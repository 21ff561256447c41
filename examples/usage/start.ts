// Starts the usage API: PostgreSQL, seeded where it is empty, in the form asked for.
import type { StartOptions } from '../shared/command.ts'
import { healthEndpoint } from '../shared/health.ts'
import { openPostgres, preparePostgres } from '../shared/postgres.ts'
import { type Api, serveEndpoints } from '../shared/serve.ts'
import { createCollector } from './collector.ts'
import { usageEndpoints } from './endpoints.ts'
import { usageForms } from './forms.ts'
import { managementEndpoints } from './management.ts'
import { migrations } from './migrations.ts'
import { providerEndpoints } from './providers.ts'
import { type Remote, slowRemote } from './remote.ts'
import { reportedSizes, type SeedSizes, seedUsage } from './seed.ts'

export interface UsageSurroundings {
  readonly sizes?: SeedSizes
  /** A PostgreSQL server; by default that of DATABASE_URL, or one that is embedded. */
  readonly databaseUrl?: string
  readonly remote?: Remote
}

export async function startUsageApi(
  { form: formName, ...listen }: StartOptions,
  { sizes = reportedSizes, databaseUrl, remote = slowRemote() }: UsageSurroundings = {},
): Promise<Api> {
  const form = usageForms[formName]
  const database = await openPostgres('usage', databaseUrl)
  await preparePostgres(database, {
    migrations,
    tables: 'tables',
    last: form.migration,
    seeded: 'usage_records',
    seed: (connection) => seedUsage(connection, sizes),
  })
  const health = healthEndpoint(database.pool, async () => {
    await database.rows('SELECT 1')
    return {}
  })
  const collector = createCollector(database, remote, sizes.records)
  const endpoints = [
    ...usageEndpoints(database, form, collector, remote),
    ...providerEndpoints(database, remote),
    ...managementEndpoints(remote),
    health,
  ]
  return serveEndpoints(endpoints, listen, database.close)
}
