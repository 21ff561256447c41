#!/usr/bin/env node
// The command line: serve (the default), check, explain, demo.
import { parseArgs } from 'node:util'
import { check } from './commands/check.ts'
import { explainCommand } from './commands/explain.ts'
import { demo } from './commands/demo.ts'
import { serve } from './commands/serve.ts'

const usage = `weir, a caching sidecar for an HTTP API

  weir serve --config proxy.yaml                  run (the default command)
  weir serve --origin URL [--listen HOST:PORT]    run without a file: obey the origin's Cache-Control
  weir check --config proxy.yaml                  say what is wrong with a configuration
  weir explain METHOD URL [-H 'name: value']...   say why the weir that runs answers a request as it does,
               [--status N] [--answer 'name: value']...  and what it would do with this answer of the API
  weir demo [NAME]                                run a sample API with weir in front of it: accounts (the
                                                  default), usage, workplans, research or tasks

The configuration file is proxy.yaml unless --config names another.
`

const options = {
  config: { type: 'string', short: 'c' },
  origin: { type: 'string' },
  listen: { type: 'string' },
  header: { type: 'string', short: 'H', multiple: true },
  status: { type: 'string' },
  answer: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

/** Runs a command; the number is the process's exit code, null while it goes on running. */
async function run(args: string[]): Promise<number | null> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.help === true) {
    process.stdout.write(usage)
    return 0
  }
  const [command = 'serve', ...rest] = positionals
  const file = values.config ?? 'proxy.yaml'
  switch (command) {
    case 'serve':
      return serve(values.origin === undefined ? { file } : { ...values, origin: values.origin })
    case 'check':
      return check(rest[0] ?? file)
    case 'explain':
      return explainCommand({
        file,
        method: rest[0],
        url: rest[1],
        fields: values.header ?? [],
        status: values.status,
        answerFields: values.answer ?? [],
      })
    case 'demo':
      // Without a name it is the repository's own proxy.yaml that is shown.
      return rest[0] === undefined ? demo('accounts', file) : demo(rest[0], values.config)
    default:
      throw new Error(`there is no command "${command}"; see weir --help`)
  }
}

try {
  const code = await run(process.argv.slice(2))
  if (code !== null) process.exitCode = code
} catch (error) {
  process.stderr.write(`weir: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
