// Whether the API's answer is stored: as it was with the last one, or as it would be with one that is asked about.
import { tokenExpiresAt } from '../http/jwt.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import { initialAgeMs } from '../policy/age.ts'
import type { CacheKey } from '../policy/key.ts'
import type { Reason } from '../policy/reasons.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import { judgeStorability } from '../policy/storability.ts'
import { varyOf } from '../policy/vary.ts'
import type { Room } from '../proxy/call.ts'
import type { RouteDefinition } from '../route/routes.ts'
import { freshnessSaid, type Ground, groundOf } from './ground.ts'

export interface AnswerView extends Ground {
  /** last: what became of the API's last answer; asked: what would become of the one in the question. */
  readonly which: 'last' | 'asked'
  readonly stored: boolean
  /** For how long it would be fresh, in seconds, and what says so; null where it is not stored. */
  readonly lifetime: number | null
  readonly from: string | null
}

export interface AnswerContext {
  readonly room: Pick<Room, 'maxEntryBytes'>
  readonly head: RequestHead
  readonly cache: CachePolicy
  readonly key: CacheKey
  readonly response: ResponseHead | null
  /** Why the last answer could not be shared, where that is remembered. */
  readonly turnedAway: Reason | null
  readonly route: RouteDefinition | null
  readonly now: number
}

export function answerView(context: AnswerContext): AnswerView | null {
  const { response, turnedAway, route } = context
  if (response !== null) return askedView(context, response)
  if (turnedAway === null) return null
  return { which: 'last', stored: false, lifetime: null, from: null, ...groundOf(turnedAway, route) }
}

function askedView(
  { room, head, cache, key, route, now }: AnswerContext,
  response: ResponseHead,
): AnswerView {
  const authorization = key.credentialed ? head.fields.get('authorization') : undefined
  const verdict = judgeStorability({
    request: head,
    credentialed: key.credentialed,
    response,
    cache,
    initialAgeMs: initialAgeMs({
      ageValue: response.fields.get('age'),
      dateValue: response.fields.get('date'),
      requestAt: now,
      responseAt: now,
    }),
    responseAt: now,
    tokenExpiresAt: authorization === undefined ? null : tokenExpiresAt(authorization),
  })
  const passed = (reason: Reason): AnswerView => {
    return { which: 'asked', stored: false, lifetime: null, from: null, ...groundOf(reason, route) }
  }
  if (verdict.kind === 'pass') return passed(verdict.reason)
  if (varyOf(response.fields, head.fields, cache) === 'any') return passed('vary-any')
  if (Number(response.fields.get('content-length') ?? 0) > room.maxEntryBytes) return passed('too-large')
  const { lifetimeMs, source } = verdict.freshness
  const lifetime = Math.floor(lifetimeMs / 1000)
  return {
    which: 'asked',
    stored: true,
    lifetime,
    from: freshnessSaid(source, route),
    ...groundOf('stored', route),
  }
}
