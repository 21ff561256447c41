// Pointers into JSON values (RFC 6901).

const syntax = /^(?:\/(?:[^~/]|~[01])*)*$/

export function isJsonPointer(text: string): boolean {
  return syntax.test(text)
}

/** What a pointer points to; undefined where there is nothing. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(member, value)
}

/** Own members alone, so that no pointer reaches a prototype. */
function member(value: unknown, token: string): unknown {
  if (Array.isArray(value))
    return /^(?:0|[1-9]\d*)$/.test(token) ? (value as unknown[])[Number(token)] : undefined
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined
  return (value as Readonly<Record<string, unknown>>)[token]
}
