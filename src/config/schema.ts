// The schema of the whole file.
import { z } from 'zod'
import { cache, listen, log, manage } from './schema-listen.ts'
import { origin } from './schema-origin.ts'
import { defaults, route } from './schema-route.ts'

export const fileSchema = z
  .strictObject({
    listen,
    origin,
    manage,
    cache,
    log,
    defaults: defaults.prefault({}),
    routes: z
      .array(route)
      .describe('The first route that takes a request wins; no route: plain pass-through.')
      .prefault([]),
  })
  .meta({ title: 'weir', description: 'The configuration of weir, a caching sidecar for HTTP APIs.' })

/** The file as read, before routes have inherited anything. */
export type ConfigFile = z.output<typeof fileSchema>
