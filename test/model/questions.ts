// What the origin may be asked: everything of the client's on a pass, only what selects the response on a fetch to be stored.
import { wholeSeconds } from './arrived.ts'
import type { ListedTag, PolicyChoice, RequestChoice, TagChoice, WriteChoice } from './choices.ts'
import { beforeStart } from './arrived.ts'
import { credentialFields, keptCredentials, keyedQuery, queryText } from './identity.ts'
import { directivesText, type Held } from './reuse.ts'
import type { Question } from './seen.ts'

export function tagText({ weak, opaque }: TagChoice): string {
  return `${weak ? 'W/' : ''}"${opaque}"`
}

export function dateText(ms: number): string {
  return new Date(wholeSeconds(ms)).toUTCString()
}

/** The conditional and range fields of a client's request. @param seen what 'seen' stands for */
export function conditionalFields(request: RequestChoice, seen: TagChoice | null): Record<string, string> {
  const { noneMatch, modifiedSince, ranges, ifRange } = request
  const fields: Record<string, string> = {}
  const textOf = (tag: ListedTag): string[] =>
    tag === 'seen' ? (seen === null ? [] : [tagText(seen)]) : [tagText(tag)]
  const listed = noneMatch === '*' ? '*' : (noneMatch ?? []).flatMap(textOf).join(', ')
  if (listed !== '') fields['if-none-match'] = listed
  if (modifiedSince !== null) fields['if-modified-since'] = dateText(beforeStart(modifiedSince))
  if (ranges === 'malformed') fields.range = 'bytes=a-b'
  else if (ranges !== null)
    fields.range = `bytes=${ranges.map(({ first, last }) => `${first ?? ''}-${last ?? ''}`).join(',')}`
  if (ifRange !== null)
    fields['if-range'] = typeof ifRange === 'number' ? dateText(beforeStart(ifRange)) : tagText(ifRange)
  return fields
}

/** The question of a request that is passed through. */
export function passedQuestion(request: RequestChoice, seen: TagChoice | null): Question {
  const fields = { ...Object.fromEntries(credentialFields(request)), ...conditionalFields(request, seen) }
  if (request.encoding !== null) fields['accept-encoding'] = request.encoding.text
  return questionOf(request, queryText(request.query), fields, directivesText(request.directives))
}

/** The question of a fetch that may be stored, or of a HEAD, which validates `held`. */
export function fetchQuestion(
  request: RequestChoice,
  policy: PolicyChoice,
  held: Held | null,
  method: 'GET' | 'HEAD',
): Question {
  const fields = Object.fromEntries(keptCredentials(request, policy))
  if (request.encoding !== null) fields['accept-encoding'] = request.encoding.means
  const tag = held === null || held.derived ? null : held.etag
  if (tag !== null) fields['if-none-match'] = tagText(tag)
  if (typeof held?.answer.modifiedAt === 'number')
    fields['if-modified-since'] = dateText(held.answer.modifiedAt)
  // RFC 9111 §5.2.1.7: it is for the cache that the client asked.
  const directives = request.directives.filter(({ name }) => name !== 'only-if-cached')
  return questionOf(
    { ...request, method },
    keyedQuery(request.query, policy),
    fields,
    directivesText(directives),
  )
}

export function writeQuestion({ method, path, query }: WriteChoice): Question {
  return { method, target: path + queryText(query), fields: { 'x-forwarded-host': 'api.example' } }
}

function questionOf(
  request: Pick<RequestChoice, 'path' | 'language' | 'kind' | 'steering' | 'trusted' | 'pragma'> & {
    method: string
  },
  query: string,
  fields: Record<string, string>,
  directives: string,
): Question {
  const { method, path, language, kind, steering, trusted, pragma } = request
  if (language !== null) fields['accept-language'] = language.text
  if (kind !== null) fields['x-kind'] = kind
  if (directives !== '') fields['cache-control'] = directives
  if (pragma) fields.pragma = 'no-cache'
  // Of a stranger, weir passes on nothing that steers, and says itself what it was asked for.
  fields['x-forwarded-host'] = 'api.example'
  if (trusted && steering !== null) fields[steering.name] = steering.value
  return { method, target: path + query, fields }
}
