// The servers of the reports' benchmark and gate: an example in one of its forms, and weir in front with that example's configuration.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Form } from '../examples/shared/form.ts'
import { type RunningServer, type RunningWeir, startConfiguredWeir, stopProcess } from './servers.ts'

export type ExampleName = 'accounts' | 'usage' | 'workplans' | 'research' | 'tasks'

/** A configuration as it is written, for what a run leaves out of it. */
export interface WrittenConfig {
  readonly defaults?: Readonly<Record<string, unknown>>
  readonly routes: readonly Readonly<Record<string, unknown>>[]
  readonly [section: string]: unknown
}

/** Starts an example on a free port. @param environment what it is given besides this process's own */
export async function startExample(
  name: ExampleName,
  form: Form,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const script = fileURLToPath(new URL(`../examples/${name}/index.ts`, import.meta.url))
  const child = spawn(process.execPath, [script, '--port', '0', '--form', form], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const failed = once(child, 'exit').then(() => {
    throw new Error(`the ${name} API ended before it listened`)
  })
  const [line] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer]
  failed.catch(() => undefined)
  const url = /http:\S+/.exec(line.toString())?.[0]
  if (url === undefined) throw new Error(`the ${name} API does not say where it listens: ${line.toString()}`)
  return { url, stop: () => stopProcess(child) }
}

/** Starts weir with config/NAME.yaml, on free ports and in front of `originUrl`. @param edit changes what is written there */
export function startWeirFor(
  name: ExampleName,
  originUrl: string,
  edit: (config: WrittenConfig) => WrittenConfig = (config) => config,
): Promise<RunningWeir> {
  const file = fileURLToPath(new URL(`../config/${name}.yaml`, import.meta.url))
  const written = edit(parse(readFileSync(file, 'utf8')) as WrittenConfig)
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
  return startConfiguredWeir(cli, (listen, manage) =>
    JSON.stringify({
      ...written,
      listen,
      origin: { ...(written.origin as object), url: originUrl },
      manage: { listen: manage },
    }),
  )
}

/** A configuration without one feature: what a gate must notice. */
export function withoutSection(config: WrittenConfig, section: string): WrittenConfig {
  const without = (layer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(layer).filter(([key]) => key !== section))
  return { ...config, defaults: without(config.defaults ?? {}), routes: config.routes.map(without) }
}
