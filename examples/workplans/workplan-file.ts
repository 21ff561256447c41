// A workplan as it lies in a repository: a Markdown file that begins with YAML between two lines of dashes.
import { parse } from 'yaml'
import { z } from 'zod'

export interface Workplan {
  readonly title: string
  readonly status: string
  /** The workstream that it describes. */
  readonly workstreamId: number
}

/** Paths relative to the folder of all repositories, in order, each with its workplan. */
export type WorkplanIndex = readonly (readonly [path: string, workplan: Workplan])[]

const frontMatter = z.object({ title: z.string(), status: z.string(), workstream_id: z.int() })

/** Null for a file that is no workplan. */
export function parseWorkplan(text: string): Workplan | null {
  const [, yaml] = /^---\n(.*?)\n---\n/s.exec(text) ?? []
  if (yaml === undefined) return null
  const parsed = frontMatter.safeParse(parse(yaml))
  if (!parsed.success) return null
  const { title, status, workstream_id } = parsed.data
  return { title, status, workstreamId: workstream_id }
}
