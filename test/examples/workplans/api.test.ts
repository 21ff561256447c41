// The workplans API in both forms: what its lists show, and what a changed task changes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formNames } from '../../../examples/shared/form.ts'
import type { Api } from '../../../examples/shared/serve.ts'
import type { SeedSizes } from '../../../examples/workplans/seed.ts'
import { startWorkplansApi } from '../../../examples/workplans/start.ts'
import { jsonClient } from '../kit/json-client.ts'
import { usePostgresServer } from '../kit/postgres.ts'

const sizes: SeedSizes = {
  domains: 2,
  topics: 4,
  workstreams: 40,
  tasks: 200,
  decisions: 10,
  events: 10,
  repos: 3,
  goals: 5,
  snapshots: 9,
  filesPerRepo: 2,
}
const serverUrl = usePostgresServer()
let api: Api
const client = jsonClient(() => api.url)

type Item = Readonly<Record<string, unknown>>

describe.each(formNames)('the workplans API, %s form', (form) => {
  beforeAll(async () => {
    api = await startWorkplansApi({ port: 0, host: '127.0.0.1', form }, sizes, serverUrl())
  })
  afterAll(() => api.close())

  it.each<[path: string, keys: readonly string[]]>([
    ['/topics/', ['id', 'slug', 'title', 'domain_slug', 'status', 'created_at', 'updated_at']],
    ['/repos/', ['id', 'slug', 'title', 'domain_slug', 'status', 'local_path']],
    ['/domains/', ['id', 'slug', 'title', 'status', 'created_at', 'updated_at']],
  ])('lists %s with what the dashboard uses', async (path, keys) => {
    const items = await client.get<readonly Item[]>(path)
    expect(Object.keys(items[0]!)).toEqual(keys)
  })

  it('shows a topic with its whole family', async () => {
    const topic = await client.get<Record<string, readonly Item[]>>('/topics/2')
    for (const family of ['workstreams', 'decisions', 'progress_events'])
      expect(new Set(topic[family]!.map(({ topic_id }) => topic_id))).toEqual(new Set([2]))
  })

  it('finds the workplans of all repositories, and nothing else', async () => {
    const { workstreams } = await client.get<{ workstreams: readonly Item[] }>('/workstreams/workplan-index')
    expect(workstreams).toHaveLength(sizes.repos * sizes.filesPerRepo)
    expect(workstreams[0]).toEqual({
      path: 'repo-1/workplans/WP-0001.md',
      title: 'Workplan 1',
      status: 'in_progress',
      workstreamId: 2,
    })
  })

  it('shows one latest snapshot of each repository', async () => {
    expect(await client.get('/sbom/snapshots/')).toHaveLength(sizes.repos)
  })

  it('counts a task that is done in the summary, and lists it no longer among the open ones', async () => {
    const openTasks = async (): Promise<readonly Item[]> => client.get<readonly Item[]>('/tasks/?limit=2000')
    const before = await openTasks()
    const id = String(before[0]!.id)
    expect((await client.send('PATCH', `/tasks/${id}`, { status: 'done' })).status).toBe(200)
    expect(await openTasks()).toHaveLength(before.length - 1)
    const { tasks } = await client.get<{ tasks: readonly Item[] }>('/state/summary')
    const done = await client.get<readonly Item[]>('/tasks/?status=done&limit=2000')
    expect(tasks).toContainEqual({ status: 'done', count: done.length })
  })

  it.each([
    ['/topics/99', 404],
    ['/topics/x', 404],
    ['/tasks/?limit=2001', 422],
    ['/tasks/?status=lost', 422],
  ])('refuses %s with %d', async (path, status) => {
    expect((await client.fetch(path)).status).toBe(status)
  })
})
