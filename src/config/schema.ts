// The schema of the whole file.
import { z } from 'zod'
import { originUrl, path } from './names.ts'
import { cache, listen, log, manage } from './schema-listen.ts'
import { defaults, retry, route, timeouts } from './schema-route.ts'
import { word } from './term.ts'
import { choice, count, deadline } from './vocabulary.ts'

const originSection = z.strictObject({
  url: word(originUrl).describe('Scheme, host and port of the API.'),
  connections: word(count(1, 65_535)).describe('The most connections to the origin.').prefault(64),
  keepAlive: word(deadline).describe('How long an idle connection to the origin is kept.').prefault('4s'),
  host: word(choice(['preserve', 'origin']))
    .describe("Which Host the origin sees: preserve, the client's; origin, that of the url.")
    .prefault('preserve'),
  health: word(path).describe("The path of the API's own health endpoint.").exactOptional(),
  timeouts: timeouts.exactOptional(),
  retry: retry.exactOptional(),
})

export const fileSchema = z
  .strictObject({
    listen,
    origin: z
      .union([word(originUrl).transform((url) => originSection.parse({ url })), originSection])
      .describe('The API in front of which weir stands: a URL, or a section.'),
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
