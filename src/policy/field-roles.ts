// What request fields are to a cache: who asks, who is said to ask, or what steers the origin to another answer.

const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
])

const ADDRESSES: ReadonlySet<string> = new Set([
  'cf-connecting-ip',
  'client-ip',
  'fastly-client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded-for',
  'x-real-ip',
])

const STEERING: ReadonlySet<string> = new Set([
  'forwarded',
  'front-end-https',
  'x-host',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
  'x-url-scheme',
])

const CONDITIONS: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
])

/** Whether a field (by lower-case name) carries a credential wherever it occurs. */
export function isCredential(name: string): boolean {
  return CREDENTIALS.has(name)
}

/** Whether a field states the client's address; worth something only from a trusted peer, and never part of a key. */
export function isAddress(name: string): boolean {
  return ADDRESSES.has(name)
}

/** Whether a field can make the origin answer for another URI or method; worth something only from a trusted peer, and then part of the key. */
export function isSteering(name: string): boolean {
  return STEERING.has(name) || (name.startsWith('x-forwarded-') && name !== 'x-forwarded-for')
}

/** Whether a field asks for less than a whole answer (RFC 9110 §13.1, §14.2), which weir decides itself on a cacheable fetch. */
export function isCondition(name: string): boolean {
  return CONDITIONS.has(name)
}
