// Writes the folder of repositories that the workplans API looks through.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SeedSizes } from './seed.ts'

const statuses = ['todo', 'in_progress', 'done'] as const

/** Gives the new folder; whoever asked for it removes it. */
export function writeRepositories(sizes: SeedSizes): string {
  const folder = mkdtempSync(join(tmpdir(), 'workplans-'))
  for (let repo = 1; repo <= sizes.repos; repo += 1) {
    const plans = join(folder, `repo-${repo}`, 'workplans')
    mkdirSync(plans, { recursive: true })
    for (let file = 1; file <= sizes.filesPerRepo; file += 1) {
      const number = (repo - 1) * sizes.filesPerRepo + file
      const workstream = 1 + (number % sizes.workstreams)
      writeFileSync(join(plans, `WP-${String(file).padStart(4, '0')}.md`), workplanText(number, workstream))
    }
    writeFileSync(join(folder, `repo-${repo}`, 'README.md'), `# Repository ${repo}\n`)
  }
  return folder
}

export function workplanText(number: number, workstream: number): string {
  const tasks = Array.from({ length: 6 }, (_, index) => {
    return `## T${index + 1}\n\n${'What is to be done, why, and how one sees that it is done. '.repeat(6)}\n`
  })
  return `---
id: WP-${number}
type: workplan
title: "Workplan ${number}"
domain: example
status: ${statuses[number % statuses.length]!}
owner: somebody
topic_slug: topic-${1 + (number % 40)}
created: "2026-05-15"
updated: "2026-05-15"
workstream_id: ${workstream}
tags: [performance, api, example]
---

# Workplan ${number}

${tasks.join('\n')}`
}
