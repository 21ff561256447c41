// What of a request's target may be shown: everything but the values of parameters that are named secret.

const shown = '[redacted]'

/** Makes of names, and of beginnings of names followed by `*`, a function that hides their values in a query. */
export function queryRedactor(secrets: readonly string[]): (query: string) => string {
  const names = new Set(secrets.filter((name) => !name.endsWith('*')).map((name) => name.toLowerCase()))
  const prefixes = secrets.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1).toLowerCase())
  const isSecret = (raw: string): boolean => {
    const name = decoded(raw).toLowerCase()
    return names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
  }
  return (query) =>
    query === ''
      ? ''
      : query.replace(/([?&;])([^=&;]*)=([^&;]*)/g, (whole, separator: string, name: string) =>
          isSecret(name) ? `${separator}${name}=${shown}` : whole,
        )
}

/** A name may be encoded in order to pass for another. */
function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    return raw
  }
}
