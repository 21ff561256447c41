// Path patterns of the simple forms: literal segments, `:name` segments and a `*` as the last one.

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  /** Everything that follows, slashes and nothing at all included. */
  | { readonly kind: 'rest' }

export type PathParams = Readonly<Record<string, string>>

// Only characters that URLPattern neither gives a meaning to nor encodes; what else occurs is its business.
const literal = /^[\w\-.~!$&',;=@]*$/
const parameter = /^:([A-Za-z_$][\w$]*)$/

/** The segments of a simple pattern; null for a richer one, whether valid or not. */
export function parseSimplePath(pattern: string): readonly Segment[] | null {
  if (!pattern.startsWith('/')) return null
  const texts = pattern.slice(1).split('/')
  const segments: Segment[] = []
  const names = new Set<string>()
  for (const [index, text] of texts.entries()) {
    const name = parameter.exec(text)?.[1]
    if (name !== undefined && !names.has(name)) segments.push({ kind: 'name', name })
    else if (text === '*' && index === texts.length - 1) segments.push({ kind: 'rest' })
    else if (literal.test(text) && text !== '.' && text !== '..') segments.push({ kind: 'literal', text })
    else return null
    if (name !== undefined) names.add(name)
  }
  return segments
}

/** The parameters of a path that matches: by name, and `0` for what `*` stands for; null for no match. */
export function matchSimplePath(segments: readonly Segment[], path: string): PathParams | null {
  const params = Object.create(null) as Record<string, string>
  let slash = 0
  for (const segment of segments) {
    if (path[slash] !== '/') return null
    const start = slash + 1
    const next = path.indexOf('/', start)
    const end = next < 0 ? path.length : next
    switch (segment.kind) {
      case 'rest':
        params['0'] = path.slice(start)
        return params
      case 'name':
        if (end === start) return null
        params[segment.name] = path.slice(start, end)
        break
      case 'literal':
        if (end - start !== segment.text.length || !path.startsWith(segment.text, start)) return null
    }
    slash = end
  }
  return slash === path.length ? params : null
}
