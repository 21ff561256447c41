// What a request's head may ask for at the most, checked before anything is done for it.
import type { RequestHead } from '../http/message.ts'
import { parameterValues } from '../http/query.ts'
import type { LimitsPolicy } from '../policy/route-policy.ts'

export type HeadVerdict =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'refused'
      readonly status: 400 | 413 | 414
      readonly reason:
        | 'target-too-long'
        | 'body-too-large'
        | 'parameter-twice'
        | 'parameter-not-a-number'
        | 'parameter-too-large'
      /** One sentence for people; names parameters of the configuration, never a value of the request. */
      readonly detail: string
    }

const ok: HeadVerdict = { kind: 'ok' }

/**
 * Checks the target's length (RFC 9110 §15.5.15), the declared content length (§15.5.14) and the numeric query
 * parameters that the route limits. Content of no declared length is counted while it streams.
 */
export function checkHead(head: RequestHead, limits: LimitsPolicy): HeadVerdict {
  if (head.path.length + head.query.length > limits.urlBytes) {
    return refuse(414, 'target-too-long', `The target is longer than ${limits.urlBytes} bytes.`)
  }
  if (head.body.kind === 'length' && limits.bodyBytes !== null && head.body.bytes > limits.bodyBytes) {
    return refuse(413, 'body-too-large', `The content is longer than ${limits.bodyBytes} bytes.`)
  }
  for (const [name, { max }] of limits.query) {
    const verdict = checkParameter(name, parameterValues(head.query, name), max)
    if (verdict.kind === 'refused') return verdict
  }
  return ok
}

/**
 * A limit that could be read in two ways is none: which of two values counts differs between frameworks, and signs
 * and exponents are not needed to ask for a page size.
 */
function checkParameter(name: string, values: readonly string[], max: number): HeadVerdict {
  const [value] = values
  if (value === undefined) return ok
  if (values.length > 1)
    return refuse(400, 'parameter-twice', `The parameter "${name}" is given more than once.`)
  if (!/^\d+(?:\.\d+)?$/.test(value)) {
    return refuse(400, 'parameter-not-a-number', `The parameter "${name}" is not a plain number.`)
  }
  if (Number(value) > max)
    return refuse(400, 'parameter-too-large', `The parameter "${name}" is above ${max}.`)
  return ok
}

function refuse(
  status: 400 | 413 | 414,
  reason: Extract<HeadVerdict, { kind: 'refused' }>['reason'],
  detail: string,
): HeadVerdict {
  return { kind: 'refused', status, reason, detail }
}
