// The tasks API in both forms: what it lists and counts, and what its writes change.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formNames } from '../../../examples/shared/form.ts'
import type { Api } from '../../../examples/shared/serve.ts'
import type { SeedSizes } from '../../../examples/tasks/seed.ts'
import { startTasksApi } from '../../../examples/tasks/start.ts'
import type { Statistics } from '../../../examples/tasks/statistics.ts'
import { jsonClient } from '../kit/json-client.ts'

const sizes: SeedSizes = { tasks: 1_000, errors: 1_000, pool: 50, prompts: 200, sessions: 40, running: 20 }
let api: Api
const client = jsonClient(() => api.url)

interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

async function statistics(): Promise<Statistics> {
  return (await client.get<{ stats: Statistics }>('/api/assigner/status')).stats
}

describe.each(formNames)('the tasks API, %s form', (form) => {
  beforeEach(async () => {
    api = await startTasksApi({ port: 0, host: '127.0.0.1', form }, sizes)
  })
  afterEach(() => api.close())

  it.each([
    '/api/queue?status=pending&limit=50',
    '/api/queue?type=build',
    '/api/queue?worker=worker-3&status=completed',
    '/api/session-pool',
    '/api/errors?node=node-3',
    '/api/errors?project=project-3&type=lint',
    '/api/assigner/prompts',
    '/api/assigner/sessions',
  ])('lists %s', async (path) => {
    expect((await client.get<Rows>(path)).rows.length).toBeGreaterThan(0)
  })

  it('gives the most urgent of the pending tasks first, the oldest of those before', async () => {
    const { rows } = await client.get<Rows>('/api/queue?limit=10')
    const inOrder = rows.toSorted(
      (a, b) =>
        Number(b.priority) - Number(a.priority) || String(a.created_at).localeCompare(String(b.created_at)),
    )
    expect(rows).toEqual(inOrder)
  })

  it('counts a prompt that is added, and one that is done', async () => {
    const before = await statistics()
    const added = await client.send('POST', '/api/assigner/prompts', { content: 'do it', priority: 9 })
    const { id } = (await added.json()) as { id: number }
    expect((await statistics()).pending_prompts).toBe(before.pending_prompts + 1)
    await client.send('PATCH', `/api/assigner/prompts/${id}`, { status: 'completed' })
    expect(await statistics()).toMatchObject({
      pending_prompts: before.pending_prompts,
      completed_prompts: before.completed_prompts + 1,
    })
  })

  it('finds the task of each running session, and none for a stranger', async () => {
    const { sessions } = await client.get<{
      sessions: readonly { name: string; current_task_id: unknown }[]
    }>('/api/assigner/scan')
    expect(sessions).toHaveLength(20)
    const strangers = sessions.filter(({ name }) => name.startsWith('stranger'))
    expect(strangers.map((session) => session.current_task_id)).toEqual([null, null])
  })

  it('says that both databases are there', async () => {
    expect(await client.get('/health')).toMatchObject({
      database: { status: 'healthy', pool: { pool_size: 2 } },
    })
  })
})
