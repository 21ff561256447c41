// The providers and their keys, as the report found them: a change reads all keys, asks the provider, and writes all keys.
import { z } from 'zod'
import { endpoint, type Endpoint, parseBody, reading } from '../shared/endpoint.ts'
import type { Queries } from '../shared/postgres.ts'
import { notFound } from '../shared/problem.ts'
import type { Remote } from './remote.ts'

interface Provider {
  readonly id: string
  readonly name: string
  readonly keys: readonly string[]
}

const change = z.strictObject({ add: z.string().optional(), remove: z.string().optional() })
const whole = z.strictObject({ keys: z.array(z.string()) })

export function providerEndpoints(database: Queries, remote: Remote): readonly Endpoint[] {
  const find = async (id = ''): Promise<Provider> => {
    const [provider] = await database.rows<Provider>('SELECT * FROM providers WHERE id = $1', [id])
    if (provider === undefined) throw notFound(`there is no provider ${id}`)
    return provider
  }
  const write = async (provider: Provider): Promise<Provider> => {
    await database.rows('UPDATE providers SET keys = $1 WHERE id = $2', [provider.keys, provider.id])
    return provider
  }
  return [
    reading('/api/providers', async () => ({
      providers: await database.rows('SELECT * FROM providers ORDER BY id'),
    })),
    reading('/api/providers/:id', ({ params }) => find(params.id)),
    endpoint('PATCH', '/api/providers/:id', async ({ params, body }) => {
      const { add, remove } = parseBody(change, body)
      const provider = await find(params.id)
      // Between the read above and the write below another change may come and go: it is lost.
      await remote.provider()
      const kept = provider.keys.filter((key) => key !== remove)
      return {
        status: 200,
        body: await write({ ...provider, keys: add === undefined ? kept : [...kept, add] }),
      }
    }),
    endpoint('PUT', '/api/providers/:id', async ({ params, body }) => {
      const { keys } = parseBody(whole, body)
      return { status: 200, body: await write({ ...(await find(params.id)), keys }) }
    }),
  ]
}
