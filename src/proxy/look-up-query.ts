// A QUERY: its content is read first, since the key holds it (RFC 10008).
import { holdBody } from '../guard/body-budget.ts'
import type { LookupVerdict } from '../policy/judge-request.ts'
import { contentParts } from '../policy/key.ts'
import type { Call } from './call.ts'
import { lookUp } from './look-up.ts'

/** Looks a QUERY up once its content has come; never for a client that breaks off before. */
export function lookUpQuery(call: Call, verdict: LookupVerdict): void {
  const { content, head, room, reply } = call
  const found = (held: Uint8Array): void => {
    const text = Buffer.from(held.buffer, held.byteOffset, held.byteLength).toString('latin1')
    lookUp({ ...call, keyed: { content: held, digest: room.digest(contentParts(head, text)) } }, verdict)
  }
  const bytes = head.body.kind === 'length' ? head.body.bytes : 0
  if (content === null) return found(new Uint8Array())
  void holdBody(content, bytes).then(found, () => reply.abort())
}
