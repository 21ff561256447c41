// Gets a request's content ready for the origin: held where it is small and may be sent again, else as it streams.
import { holdableBytes, holdBody } from '../guard/body-budget.ts'
import { isIdempotent } from '../http/methods.ts'
import type { RequestContent } from '../origin/port.ts'
import type { Call } from './call.ts'

/** Calls `ready` at once, or when all that has to be held has come; never for a client that breaks off before. */
export function readContent(call: Call, ready: (content: RequestContent | null) => void): void {
  const { content, head, policy } = call
  if (content === null) return ready(null)
  const bytes = head.body.kind === 'length' ? head.body.bytes : null
  const mayRepeat = isIdempotent(head.method) && policy.retry.attempts > 0
  if (!mayRepeat || bytes === null || bytes > holdableBytes) {
    return ready({ kind: 'stream', stream: content, bytes, limitBytes: policy.limits.bodyBytes })
  }
  void holdBody(content, bytes).then(
    (held) => ready({ kind: 'held', content: held }),
    () => call.reply.abort(),
  )
}
