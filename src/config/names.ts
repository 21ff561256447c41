// The terms of network and HTTP: addresses, URLs, paths, methods, field names, tags.
import { isIP, isIPv4 } from 'node:net'
import type { InvalidationTemplate } from '../policy/route-policy.ts'
import { compilePattern, type PathPattern } from '../route/path-pattern.ts'
import type { Address } from './model.ts'
import { textTerm, type Term } from './term.ts'

/** `host:port`, an IPv6 address in brackets. */
export const address: Term<Address> = textTerm(
  (text) => {
    const [, ipv6, name, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? []
    const host = ipv6 ?? name
    const port = Number(digits)
    if (host === undefined || port > 65_535 || (ipv6 !== undefined && isIP(ipv6) !== 6)) return null
    return { host, port }
  },
  'an address such as 127.0.0.1:8080 or [::1]:8080',
  /:\d{1,5}$/,
)

/** Whether only this machine can reach the address. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** The origin: scheme, host and port, and nothing else, since the path of a request is passed on as it is. */
export const originUrl: Term<string> = {
  read: (value) => {
    const url = typeof value === 'string' ? URL.parse(value) : null
    if (url === null || !/^https?:$/.test(url.protocol))
      return { problem: 'write a URL such as http://127.0.0.1:8000' }
    if (url.username !== '' || url.password !== '')
      return { problem: 'write the URL without user and password' }
    if (url.href !== `${url.origin}/`) return { problem: 'write the URL without path, query and fragment' }
    return { value: url.origin }
  },
  forms: [{ type: 'string', pattern: '^https?://[^/?#@]+/?$' }],
}

/** A Redis server, perhaps with user, password and database. */
export const redisUrl: Term<string> = textTerm(
  (text) => {
    const url = URL.parse(text)
    const isRedis = url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== ''
    return isRedis && /^\/?\d*$/.test(url.pathname) && url.search === '' && url.hash === '' ? text : null
  },
  'a URL such as redis://127.0.0.1:6379 or rediss://user:password@redis:6379/0',
  /^rediss?:\/\//,
)

/** The beginning of names in Redis. Braces would decide where in a Cluster they lie. */
export const redisPrefix: Term<string> = textTerm(
  (text) => (/^[^\s{}]+$/.test(text) ? text : null),
  'text without blanks and braces, such as weir:',
)

/** An IP address, or a block of them. */
export const cidr: Term<string> = textTerm((text) => {
  const [ip = '', prefix, ...rest] = text.split('/')
  const version = isIP(ip)
  const longest = version === 4 ? 32 : 128
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null
  const bits = Number(prefix ?? longest)
  return bits > longest ? null : `${ip}/${bits}`
}, 'an IP address or a block such as 10.0.0.0/8 or fd00::/8')

const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/

/** A field name (RFC 9110 §5.1), read as lower case. */
export const fieldName: Term<string> = textTerm(
  (text) => (token.test(text) ? text.toLowerCase() : null),
  'the name of a header field, such as accept-language',
  token,
)

/** A cookie's name (RFC 6265 §4.1.1); its case counts. */
export const cookieName: Term<string> = textTerm(
  (text) => (token.test(text) ? text : null),
  'the name of a cookie',
  token,
)

/** A request method (RFC 9110 §9.1); its case counts, and no known method has lower-case letters. */
export const method: Term<string> = textTerm(
  (text) => (token.test(text) && text === text.toUpperCase() ? text : null),
  'a method in upper case, such as GET',
  /^[^a-z]+$/,
)

/** A query parameter's name. */
export const parameterName: Term<string> = textTerm(
  (text) => (/^[^*&=#\s]+$/.test(text) ? text : null),
  'the name of a query parameter',
)

/** A query parameter's name, or the start of several followed by `*`. */
export const parameterNames: Term<string> = textTerm(
  (text) => (/^[^*&=#\s]*\*?$/.test(text) && text !== '' ? text : null),
  'the name of a query parameter, or a prefix such as utm_*',
)

export const pathPattern: Term<PathPattern> = {
  read: (value) => {
    if (typeof value !== 'string')
      return { problem: 'write a path pattern such as /api/accounts, /api/:id or /api/*' }
    try {
      return { value: compilePattern(value) }
    } catch (error) {
      return { problem: (error as TypeError).message }
    }
  },
  forms: [{ type: 'string', pattern: '^/' }],
}

/** A path on the origin. */
export const path: Term<string> = textTerm(
  (text) => (/^\/[^\s#]*$/.test(text) ? text : null),
  'a path such as /health',
  /^\//,
)

/** What a write makes invalid: path patterns start with `/`, everything else is a tag. */
export const invalidation: Term<InvalidationTemplate> = {
  read: (value) => {
    if (typeof value !== 'string' || value === '')
      return { problem: 'write a tag, or a path pattern that starts with /' }
    if (!value.startsWith('/')) return { value: { kind: 'tag', template: value } }
    const reading = pathPattern.read(value)
    return 'problem' in reading ? reading : { value: { kind: 'path', pattern: value } }
  },
  forms: [{ type: 'string' }],
}

/** A secret that can travel in a header field. */
export const secret: Term<string> = textTerm(
  (text) => (/^[\x21-\x7e]+$/.test(text) ? text : null),
  'visible ASCII characters without blanks, at least one (in quotes where they are all digits)',
)
