// Properties of methods (RFC 9110 §9.2).

const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])
const idempotent = new Set([...safe, 'PUT', 'DELETE'])

/** Whether a method asks for no change (RFC 9110 §9.2.1); one that is not known may ask for any. */
export function isSafe(method: string): boolean {
  return safe.has(method)
}

/** Whether a repeated request has the intended effect of one (RFC 9110 §9.2.2). */
export function isIdempotent(method: string): boolean {
  return idempotent.has(method)
}
