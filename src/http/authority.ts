// Authorities: the host and port of a target URI or a Host field (RFC 3986 §3.2, RFC 9110 §7.2).

const MAX_CHARACTERS = 255
const REG_NAME = /^(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+$/
const IPV6_LITERAL = /^\[[0-9a-f:.]+\]$/

/**
 * The authority in lower case, without one trailing dot of its host and without an empty port; a port that is
 * stated stays, also the default one. Null where the text is not a host with an optional port: userinfo, an
 * empty host or label at its end, and a port beyond 65535 are refused.
 */
export function parseAuthority(text: string): string | null {
  if (text.length > MAX_CHARACTERS) return null
  const lower = text.toLowerCase()
  const portAt = lower.indexOf(':', lower.lastIndexOf(']') + 1)
  const host = portAt < 0 ? lower : lower.slice(0, portAt)
  const port = portAt < 0 ? '' : lower.slice(portAt + 1)
  if (!isPort(port)) return null
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  if (!isHost(name)) return null
  return port === '' ? name : `${name}:${port}`
}

function isPort(text: string): boolean {
  return text === '' || (/^\d{1,5}$/.test(text) && Number(text) <= 65535)
}

function isHost(text: string): boolean {
  if (text.startsWith('[')) return IPV6_LITERAL.test(text) && URL.canParse(`http://${text}`)
  return REG_NAME.test(text) && !text.endsWith('.')
}
