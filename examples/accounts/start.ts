// Starts the accounts API: a SQLite file of its own, seeded, in the form asked for.
import type { StartOptions } from '../shared/command.ts'
import { healthEndpoint } from '../shared/health.ts'
import { migrateTo } from '../shared/migrations.ts'
import { randomFrom } from '../shared/random.ts'
import { type Api, serveEndpoints } from '../shared/serve.ts'
import { databaseFolder, openSqlite, sqlitePool, sqliteSession } from '../shared/sqlite.ts'
import { accountsEndpoints } from './endpoints.ts'
import { accountsForms } from './forms.ts'
import { migrations } from './migrations.ts'
import { type AccountsRepository, createRepository } from './repository.ts'
import { reportedSizes, seedDatabase, type SeedSizes } from './seed.ts'

/** How often the repaired form takes new readings; nobody who asks for usage waits for them. */
const scheduleMs = 60_000

/** @param file is seeded where it is new, and kept; by default a new one that goes with the API */
export async function startAccountsApi(
  { form: formName, ...listen }: StartOptions,
  sizes: SeedSizes = reportedSizes,
  file = process.env.DATABASE_FILE,
): Promise<Api> {
  const form = accountsForms[formName]
  const folder = file === undefined ? databaseFolder('accounts') : null
  const connection = openSqlite(file ?? folder!.file('store.db'), form.sqlite)
  const session = sqliteSession(connection)
  // The rows are older than the repairs: what migrations do to data, they do to all of it.
  const [made] = await session.execute(`SELECT 1 FROM sqlite_schema WHERE name = 'accounts'`)
  if (made === undefined) await migrateTo(session, migrations, 'tables')
  const [row] = await session.execute('SELECT 1 FROM accounts LIMIT 1')
  if (row === undefined) seedDatabase(connection, Date.now(), sizes)
  await migrateTo(session, migrations, form.migration)

  const repository = createRepository(connection, form, randomFrom(90_000))
  const schedule =
    form.refreshedBy === 'schedule' ? setInterval(() => refreshOrReport(repository), scheduleMs) : undefined
  const health = healthEndpoint(
    () => sqlitePool([connection]),
    () => {
      repository.ping()
      return {}
    },
  )
  const endpoints = [...accountsEndpoints(repository, form.refreshedBy), health]
  return serveEndpoints(endpoints, listen, () => {
    clearInterval(schedule)
    repository.log.close()
    connection.close()
    folder?.remove()
  })
}

function refreshOrReport(repository: AccountsRepository): void {
  try {
    repository.refresh(Date.now())
  } catch (error) {
    // A lock held for too long: the next turn takes newer readings anyway.
    console.error('the scheduled refresh failed', error)
  }
}
