// The expiry that a JSON Web Token states for itself (RFC 7519 §4.1.4).

const MAX_TOKEN_CHARACTERS = 16 * 1024
const TOKEN = /^(?:[a-z]+ +)?[\w-]+\.([\w-]+)\.[\w-]*$/i

/**
 * When the token in an Authorization value expires, epoch ms; null where it is no JWT or states no expiry. The
 * signature is not checked: the time may only ever shorten what weir would do anyway. Never throws.
 */
export function tokenExpiresAt(authorizationValue: string): number | null {
  if (authorizationValue.length > MAX_TOKEN_CHARACTERS) return null
  const payload = TOKEN.exec(authorizationValue.trim())?.[1]
  if (payload === undefined) return null
  const claims = parseClaims(payload)
  if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null
  return typeof claims.exp === 'number' && Number.isFinite(claims.exp * 1000) ? claims.exp * 1000 : null
}

function parseClaims(base64Url: string): unknown {
  try {
    return JSON.parse(atob(base64Url.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return null
  }
}
