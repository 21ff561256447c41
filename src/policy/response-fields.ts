// The origin's answer as it goes on: to the client, and into the store.
import type { Fields } from '../http/fields.ts'
import { endToEndResponse } from '../http/hop-by-hop.ts'
import type { ResponseHead } from '../http/message.ts'
import { withDate } from './stored-response.ts'

/**
 * The end-to-end fields of an answer in their order and spelling, with Via (RFC 9110 §7.6.3) and, where the origin
 * gave none, the Date on which the answer came (§6.6.1). An X-Cache of the origin's is left out, since weir
 * states its own; its Age and Cache-Status stay.
 */
export function responseFields(head: ResponseHead, responseAt: number): Fields {
  const fields = endToEndResponse(head.fields).filter((name) => name !== 'x-cache')
  return withDate(fields, responseAt).with('Via', '1.1 weir')
}
