// Writes a shared body to one client as fast as that client takes it.
import type { BodyListener } from './shared-body.ts'
import { SharedBody } from './shared-body.ts'
import type { Reply } from './reply.ts'

/** What became of the transfer. */
export type PumpEnd = 'whole' | 'broken' | 'gone'

/**
 * Pumps `body` into a started reply and says once how it ended. A body that fails, or that outpaces this
 * client, breaks the reply off visibly.
 */
export function pump(body: SharedBody, reply: Reply, done: (end: PumpEnd, bytes: number) => void): void {
  let flowing = true
  let over = false

  const finish = (end: PumpEnd): void => {
    over = true
    reader.leave()
    done(end, reader.taken)
  }
  const move = (): void => {
    while (flowing && !over) {
      const chunk = reader.next()
      if (chunk !== undefined) flowing = reply.write(chunk)
      else if (reader.state.kind === 'open') return
      else return settle(reader.state)
    }
  }
  const settle = (state: typeof reader.state): void => {
    if (state.kind === 'ended') reply.end(state.trailers)
    else reply.abort()
    finish(state.kind === 'ended' ? 'whole' : 'broken')
  }
  const listener: BodyListener = {
    stirred: move,
    outpaced: () => {
      reply.abort()
      finish('broken')
    },
  }
  const reader = body.read(listener)
  reply.onDrain(() => {
    flowing = true
    move()
  })
  reply.onGone(() => {
    if (!over) finish('gone')
  })
  move()
}
