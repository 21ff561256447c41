// The way to the management service: its configuration, its sign-in files, and requests that are counted.
import { z } from 'zod'
import { endpoint, type Endpoint, parseBody, reading } from '../shared/endpoint.ts'
import type { Remote } from './remote.ts'

const settings = z.strictObject({ debug: z.boolean(), retries: z.int().min(0).max(9) })
const signInFile = z.strictObject({ content: z.string() })

export function managementEndpoints(remote: Remote): readonly Endpoint[] {
  let configuration = { debug: false, retries: 3 }
  let requests = 0
  const files = new Map([['first.json', '{}']])
  return [
    reading('/api/management/config', async () => {
      await remote.management()
      return configuration
    }),
    endpoint('PUT', '/api/management/config', async ({ body }) => {
      const wanted = parseBody(settings, body)
      await remote.management()
      configuration = wanted
      return { status: 200, body: configuration }
    }),
    reading('/api/management/auth-files', async () => {
      await remote.management()
      return { files: [...files].map(([name, content]) => ({ name, size: content.length })) }
    }),
    endpoint('PUT', '/api/management/auth-files/:name', async ({ params, body }) => {
      const { content } = parseBody(signInFile, body)
      await remote.management()
      files.set(params.name ?? '', content)
      return { status: 204 }
    }),
    // Each one counts: to send it twice is to do it twice.
    endpoint('POST', '/api/management/requests', async () => {
      await remote.management()
      requests += 1
      return { status: 201, body: { requests } }
    }),
  ]
}
