// The Cookie field (RFC 6265 §4.2.1), as pairs of raw text.

export interface Cookie {
  readonly name: string
  /** As sent, quotes included. */
  readonly value: string
}

/** The pairs in order; what has no name is left out. */
export function parseCookies(value: string): Cookie[] {
  const cookies: Cookie[] = []
  for (const piece of value.split(';')) {
    const equals = piece.indexOf('=')
    const name = piece.slice(0, Math.max(equals, 0)).trim()
    if (name !== '') cookies.push({ name, value: piece.slice(equals + 1).trim() })
  }
  return cookies
}

/** A Cookie value with the named cookies only, in their order; '' where there is none of them. */
export function pickCookies(value: string, names: readonly string[]): string {
  return parseCookies(value)
    .filter((cookie) => names.includes(cookie.name))
    .map((cookie) => `${cookie.name}=${cookie.value}`)
    .join('; ')
}
