// The command that every example is: where it says that it listens, and when it ends.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

describe('the command of an example', () => {
  const command = fileURLToPath(new URL('../../../examples/accounts/index.ts', import.meta.url))

  it.each<[name: string, end: (child: ReturnType<typeof fork>) => void]>([
    ['its parent goes', (child) => child.disconnect()],
    ['it is told to terminate', (child) => child.kill('SIGTERM')],
  ])('says where it listens, and ends when %s', async (_name, end) => {
    const child = fork(command, ['--port', '0'], { silent: true })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    const [, url] = /^accounts API on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line.toString())!
    expect((await fetch(`${url}/health`)).status).toBe(200)

    const exited = once(child, 'exit')
    end(child)
    expect(await exited).toEqual([0, null])
  })
})
