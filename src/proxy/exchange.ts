// The story of a request: decide with pure functions, act on what they say.
import type { Readable } from 'node:stream'
import { unreachable } from '../base/assert.ts'
import { checkHead } from '../guard/head-budget.ts'
import type { RequestHead } from '../http/message.ts'
import { isSafe } from '../http/methods.ts'
import { Trace } from '../observe/trace.ts'
import { judgeRequest } from '../policy/judge-request.ts'
import type { Call, Room } from './call.ts'
import { deliverRefusal } from './deliver.ts'
import { lookUp } from './look-up.ts'
import { lookUpQuery } from './look-up-query.ts'
import { passOn } from './pass-on.ts'
import type { Reply } from './reply.ts'
import { WatchedReply } from './watched-reply.ts'
import { write } from './writes/write.ts'

/** Answers one request. Returns as soon as the answer is under way; a hit is answered before it returns. */
export function exchange(room: Room, head: RequestHead, content: Readable | null, reply: Reply): void {
  const match = room.routes.match(head.method, head.path)
  const policy = match?.route.policy ?? room.fallback
  const watched = new WatchedReply(reply, room.clock, policy.classify)
  const call: Call = {
    room,
    head,
    content,
    keyed: null,
    reply: watched,
    watched,
    policy,
    params: match?.params ?? {},
    startedAt: room.clock.now(),
    trace: new Trace(head),
    waits: { queuedMs: 0 },
  }
  const check = checkHead(head, policy.limits)
  if (check.kind === 'refused') return deliverRefusal(call, check)
  const verdict = judgeRequest(head, policy.cache)
  switch (verdict.kind) {
    case 'lookup':
      return head.method === 'QUERY' ? lookUpQuery(call, verdict) : lookUp(call, verdict)
    case 'bypass':
      return isSafe(head.method) ? passOn(call, verdict.reason, 'BYPASS') : write(call, verdict.reason)
    default:
      return unreachable(verdict)
  }
}
