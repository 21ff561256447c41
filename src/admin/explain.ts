// Why a request is answered as it is, from the functions that the data path itself decides with.
import type { RouteDefinition } from '../route/routes.ts'
import { takesMethod } from '../route/routes.ts'
import { checkHead } from '../guard/head-budget.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import { judgeRequest } from '../policy/judge-request.ts'
import { changeFor } from '../policy/grounds.ts'
import type { Reason } from '../policy/reasons.ts'
import type { Room } from '../proxy/call.ts'
import { consult, wayOf } from '../proxy/consult.ts'
import { type AnswerView, answerView } from './answer-view.ts'
import { type Ground, groundOf } from './ground.ts'
import { type KeyPart, keyView } from './key-view.ts'
import { type VariantView, variantView } from './variant-view.ts'

/** What weir would do with a request at this moment. */
export interface Explanation {
  readonly request: { readonly method: string; readonly uri: string }
  /** Null: no route takes it, and it passes through. */
  readonly route: RouteView | null
  /** The routes before it, and why they do not take it. */
  readonly passedOver: readonly (RouteView & { readonly because: string })[]
  readonly verdict: Verdict
  /** What the answer is stored under; null where nothing is looked up. */
  readonly key: readonly KeyPart[] | null
  /** What is stored under the key, newest first. */
  readonly stored: readonly VariantView[]
  /** What became of the API's last answer, or would become of the one that was asked about. */
  readonly answer: AnswerView | null
  readonly toHit: readonly string[]
}

export interface RouteView {
  readonly path: string
  readonly methods: readonly string[] | null
  /** Where the configuration states it. */
  readonly at: string | null
}

/**
 * REFUSED: weir answers itself, with an error. HIT and STALE: from what is stored. BYPASS and MISS: the API is
 * asked, MISS where something stored might have answered.
 */
export interface Verdict extends Ground {
  readonly cache: 'HIT' | 'STALE' | 'MISS' | 'BYPASS' | 'REFUSED'
}

export interface Question {
  readonly head: RequestHead
  /** An answer that the API might give; null: none is asked about. */
  readonly response: ResponseHead | null
}

const STORED_ELSEWHERE = 5

/** Explains without asking the API and without changing anything. `routes` are the definitions behind the room's. */
export function explain(
  room: Room,
  routes: readonly RouteDefinition[],
  { head, response }: Question,
): Explanation {
  const now = room.clock.now()
  const match = room.routes.match(head.method, head.path)
  const route = match?.route ?? null
  const policy = route?.policy ?? room.fallback
  const common = {
    request: { method: head.method, uri: `${head.scheme}://${head.authority}${head.path}${head.query}` },
    route: route === null ? null : routeView(route),
    passedOver: passedOver(routes, route, head),
  }
  const ends = (cache: Verdict['cache'], reason: Reason): Explanation => ({
    ...common,
    verdict: { cache, ...groundOf(reason, route) },
    key: null,
    stored: [],
    answer: null,
    toHit: present(changeFor(reason)),
  })

  const check = checkHead(head, policy.limits)
  if (check.kind === 'refused') return ends('REFUSED', check.reason)
  const verdict = judgeRequest(head, policy.cache)
  if (verdict.kind === 'bypass') return ends('BYPASS', verdict.reason)

  const { key, variants, matching, selected, reuse } = consult(room, head, verdict, now)
  const way =
    reuse.kind === 'hit' || reuse.kind === 'stale'
      ? reuse
      : wayOf(head, { verdict, matching, stored: selected, reuse })
  const cache = ({ hit: 'HIT', stale: 'STALE', refuse: 'REFUSED', fly: 'MISS' } as const)[way.kind]
  const turnedAway = room.hitForMiss.reasonOf(key.key)
  const answer = answerView({ room, head, cache: verdict.cache, key, response, turnedAway, route, now })
  return {
    ...common,
    verdict: { cache, ...groundOf(way.reason, route) },
    key: keyView(head, key, verdict.cache),
    stored: variants.map((entry) => variantView(entry, { head, selected, route, now })),
    answer,
    toHit:
      cache === 'HIT'
        ? []
        : [
            ...present(changeFor(way.reason)),
            ...present(answer === null ? null : changeFor(answer.reason)),
            ...(variants.length === 0 ? storedElsewhere(room, head) : []),
          ],
  }
}

function passedOver(
  routes: readonly RouteDefinition[],
  taken: RouteDefinition | null,
  { method, path }: RequestHead,
): Explanation['passedOver'] {
  const before = taken === null ? routes : routes.slice(0, routes.indexOf(taken))
  return before.map((route) => ({
    ...routeView(route),
    because: takesMethod(route.methods, method)
      ? 'its path does not match'
      : route.pattern.match(path) === null
        ? 'neither its path nor its methods match'
        : `its methods do not include ${method}`,
  }))
}

function routeView({ pattern, methods, places }: RouteDefinition): RouteView {
  return { path: pattern.text, methods: methods === null ? null : [...methods], at: places.get('') ?? null }
}

/** The same path stored under another host, query or credential: the commonest surprise. */
function storedElsewhere({ store }: Room, { path }: RequestHead): string[] {
  const uris = new Set<string>()
  for (const [newest] of store.all()) {
    if (newest?.labels.path === path) uris.add(newest.labels.uri)
    if (uris.size >= STORED_ELSEWHERE) break
  }
  if (uris.size === 0) return []
  return [`Stored for the same path, under another key: ${[...uris].join(', ')}.`]
}

function present(text: string | null): string[] {
  return text === null ? [] : [text]
}
