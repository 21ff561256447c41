// Starts the tasks API: its two SQLite files, seeded, in the form asked for.
import type { DatabaseSync } from 'node:sqlite'
import type { StartOptions } from '../shared/command.ts'
import { healthEndpoint } from '../shared/health.ts'
import { type Migration, migrateTo } from '../shared/migrations.ts'
import { type Api, serveEndpoints } from '../shared/serve.ts'
import { databaseFolder, firstRow, openSqlite, sqlitePool, sqliteSession } from '../shared/sqlite.ts'
import { tasksEndpoints } from './endpoints.ts'
import { tasksForms } from './forms.ts'
import { architectMigrations, assignerMigrations } from './migrations.ts'
import { reportedSizes, seedArchitect, seedAssigner, type SeedSizes, sessionName } from './seed.ts'

export async function startTasksApi(
  { form: formName, ...listen }: StartOptions,
  sizes: SeedSizes = reportedSizes,
): Promise<Api> {
  const form = tasksForms[formName]
  const folder = databaseFolder('tasks')
  const open = (base: string): DatabaseSync =>
    openSqlite(folder.file(base), { journal: 'wal', busyTimeoutMs: 5_000 })
  const [architect, assigner] = [open('architect.db'), open('assigner.db')]
  const now = Date.now()
  await prepare(architect, architectMigrations, form.architect, () => seedArchitect(architect, now, sizes))
  await prepare(assigner, assignerMigrations, form.assigner, () => seedAssigner(assigner, now, sizes))

  // Every tenth running session is one that the database has never heard of.
  const running = Array.from({ length: sizes.running }, (_, index) => {
    return index % 10 === 9
      ? `stranger-${index}`
      : sessionName(index * Math.floor(sizes.sessions / sizes.running))
  })
  const health = healthEndpoint(
    () => sqlitePool([architect, assigner]),
    () => {
      for (const connection of [architect, assigner]) firstRow(connection, 'SELECT 1')
      return {}
    },
  )
  return serveEndpoints([...tasksEndpoints({ architect, assigner }, form, running), health], listen, () => {
    architect.close()
    assigner.close()
    folder.remove()
  })
}

async function prepare(
  connection: DatabaseSync,
  migrations: readonly Migration[],
  last: string,
  seed: () => void,
): Promise<void> {
  await migrateTo(sqliteSession(connection), migrations, 'tables')
  seed()
  await migrateTo(sqliteSession(connection), migrations, last)
  connection.exec('ANALYZE')
}
