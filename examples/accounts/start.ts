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
import { createRepository } from './repository.ts'
import { reportedSizes, seedDatabase, type SeedSizes } from './seed.ts'

export interface AccountsApi extends Api {
  /** The file, for who wants to see what another connection sees. */
  readonly databaseFile: string
}

/** How often the repaired form takes new readings; nobody who asks for usage waits for them. */
const scheduleMs = 60_000

export async function startAccountsApi(
  { form: formName, ...listen }: StartOptions,
  sizes: SeedSizes = reportedSizes,
): Promise<AccountsApi> {
  const form = accountsForms[formName]
  const folder = databaseFolder('accounts')
  const databaseFile = folder.file('store.db')
  const connection = openSqlite(databaseFile, form.sqlite)
  // The rows are older than the repairs: what migrations do to data, they do to all of it.
  await migrateTo(sqliteSession(connection), migrations, 'tables')
  seedDatabase(connection, Date.now(), sizes)
  await migrateTo(sqliteSession(connection), migrations, form.migration)

  const repository = createRepository(connection, form, randomFrom(90_000))
  const schedule =
    form.refreshedBy === 'schedule'
      ? setInterval(() => repository.refresh(Date.now()), scheduleMs)
      : undefined
  const health = healthEndpoint(
    () => sqlitePool([connection]),
    () => {
      repository.ping()
      return {}
    },
  )
  const endpoints = [...accountsEndpoints(repository, form.refreshedBy), health]
  const api = await serveEndpoints(endpoints, listen, () => {
    clearInterval(schedule)
    repository.log.close()
    connection.close()
    folder.remove()
  })
  return { ...api, databaseFile }
}
