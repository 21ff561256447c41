// The choices as fields on the wire.
import { Fields } from '../../src/http/fields.ts'
import type { RequestHead, ResponseHead } from '../../src/http/message.ts'
import { type Arrived, beforeStart, bodyOf } from './arrived.ts'
import type { AnswerChoice, RequestChoice, TagChoice, WriteChoice } from './choices.ts'
import { credentialFields, queryText } from './identity.ts'
import { conditionalFields, dateText, tagText } from './questions.ts'
import { directivesText } from './reuse.ts'

export const client = { address: '192.0.2.7', trusted: false }

/** @param seen what the tag 'seen' stands for */
export function requestHead(request: RequestChoice, seen: TagChoice | null): RequestHead {
  const raw: string[] = ['Host', 'api.example']
  for (const [name, value] of credentialFields(request)) raw.push(name, value)
  for (const [name, value] of Object.entries(conditionalFields(request, seen))) raw.push(name, value)
  if (request.directives.length > 0) raw.push('Cache-Control', directivesText(request.directives))
  if (request.pragma) raw.push('Pragma', 'no-cache')
  if (request.language !== null) raw.push('Accept-Language', request.language.text)
  if (request.encoding !== null) raw.push('Accept-Encoding', request.encoding.text)
  if (request.kind !== null) raw.push('X-Kind', request.kind)
  if (request.steering !== null) raw.push(request.steering.name, request.steering.value)
  return {
    method: request.method,
    scheme: 'http',
    authority: 'api.example',
    path: request.path,
    query: queryText(request.query),
    version: '1.1',
    fields: new Fields(raw),
    body: request.content ? { kind: 'length', bytes: 2 } : { kind: 'none' },
    peer: { ...client, trusted: request.trusted },
  }
}

export function writeHead({ method, path, query }: WriteChoice): RequestHead {
  const fields = new Fields(['Host', 'api.example'])
  return {
    ...{ method, path, query: queryText(query), fields },
    ...{ scheme: 'http', authority: 'api.example', version: '1.1', body: { kind: 'none' }, peer: client },
  }
}

/** The answer to a write that has a status. */
export function writeAnswer(write: WriteChoice, status: number): ResponseHead {
  const raw: string[] = []
  if (write.location !== null) raw.push('Location', write.location)
  if (write.contentLocation !== null) raw.push('Content-Location', write.contentLocation)
  raw.push(...groupFields('Cache-Group-Invalidation', write.groups))
  return { status, statusText: '', fields: new Fields(raw) }
}

/** The head of a whole answer. */
export function answerHead(answer: Arrived): ResponseHead {
  const raw = commonFields(answer)
  if (answer.etag !== null) raw.push('ETag', tagText(answer.etag))
  const { modifiedAt, status, bytes } = answer
  if (modifiedAt !== null)
    raw.push('Last-Modified', modifiedAt === 'invalid' ? 'yesterday' : dateText(modifiedAt))
  if (answer.setCookie) raw.push('Set-Cookie', 'a=b')
  raw.push('Content-Type', 'text/plain')
  if (bytes !== 'large-undeclared' && status !== 204)
    raw.push('Content-Length', String(bodyOf(answer).length))
  return { status, statusText: '', fields: new Fields(raw) }
}

/** The head of a 304 to these conditional fields. */
export function confirmingHead(answer: Arrived, asked: Fields): ResponseHead {
  const raw = commonFields(answer)
  const [tag] = (asked.get('if-none-match') ?? '').split(', ')
  const date = asked.get('if-modified-since')
  switch (answer.confirms) {
    case 'same':
      if (tag !== undefined && tag !== '') raw.push('ETag', tag)
      else if (date !== undefined) raw.push('Last-Modified', date)
      break
    case 'weakened':
      if (tag !== undefined && tag !== '') raw.push('ETag', `W/${tag.replace(/^W\//, '')}`)
      break
    case 'other':
      if (tag !== undefined && tag !== '') raw.push('ETag', '"other"')
      else raw.push('Last-Modified', dateText(beforeStart(777)))
      break
    case 'untagged':
    case 'never':
  }
  return { status: 304, statusText: '', fields: new Fields(raw) }
}

function commonFields(answer: Arrived): string[] {
  const raw = ['X-Rev', String(answer.id), 'X-Cache', 'of the origin']
  const { dateAt, expiresAt, age, targeted } = answer
  if (dateAt !== null) raw.push('Date', dateAt === 'invalid' ? 'today' : dateText(dateAt))
  if (expiresAt !== null) raw.push('Expires', expiresAt === 'invalid' ? '0' : dateText(expiresAt))
  if (age !== null) raw.push('Age', age === 'invalid' ? 'abc' : String(age))
  if (answer.directives.length > 0) raw.push('Cache-Control', directivesText(answer.directives))
  for (const { field, directives, malformed } of targeted) {
    raw.push(field, `${directivesText(directives)}${malformed ? ', max-age="9"' : ''}`)
  }
  if (answer.vary.length > 0) raw.push('Vary', answer.vary.join(', '))
  if (answer.secret) raw.push('X-Secret', 'for one')
  raw.push(...groupFields('Cache-Groups', answer.groups))
  return raw
}

function groupFields(name: string, groups: AnswerChoice['groups']): string[] {
  if (groups === 'malformed') return [name, 'g, "h"']
  return groups.length === 0 ? [] : [name, groups.map((group) => `"${group}"`).join(', ')]
}
