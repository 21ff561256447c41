// Reads responses out of received bytes as RFC 9112 frames them, strictly enough to notice a broken one.

export interface RawResponse {
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value … as received. */
  readonly rawHeaders: readonly string[]
  /** The combined value by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The content without its chunked coding. */
  readonly body: string
  /** How many bytes of the input the response takes. */
  readonly bytes: number
}

/** The first response in `input`, or null while it is not whole. Does not know of HEAD: send those with rawClient and `until`. */
export function readResponse(input: Buffer, closed: boolean): RawResponse | null {
  const text = input.toString('latin1')
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const [statusLine, ...lines] = text.slice(0, headEnd).split('\r\n')
  const parts = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(statusLine!)
  if (!parts) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`)
  const status = Number(parts[1])
  const rawHeaders: string[] = []
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    rawHeaders.push(name, value)
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]!}, ${value}` : value
  }
  const content = readContent(text, headEnd + 4, status, headers, closed)
  if (!content) return null
  return { status, statusText: parts[2] ?? '', rawHeaders, headers, body: content.body, bytes: content.end }
}

function readContent(
  text: string,
  start: number,
  status: number,
  headers: Readonly<Record<string, string>>,
  closed: boolean,
): { body: string; end: number } | null {
  if (status < 200 || status === 204 || status === 304) return { body: '', end: start }
  if (headers['transfer-encoding'] === 'chunked') return readChunks(text, start)
  const length = headers['content-length']
  if (length === undefined) return closed ? { body: text.slice(start), end: text.length } : null
  const end = start + Number(length)
  return text.length >= end ? { body: text.slice(start, end), end } : null
}

function readChunks(text: string, start: number): { body: string; end: number } | null {
  let body = ''
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error(`not a chunk size: ${JSON.stringify(text.slice(at, lineEnd))}`)
    if (size === 0) {
      const trailerEnd = text.startsWith('\r\n', lineEnd + 2) ? lineEnd : text.indexOf('\r\n\r\n', lineEnd)
      return trailerEnd < 0 ? null : { body, end: trailerEnd + 4 }
    }
    at = lineEnd + 2 + size + 2
    if (text.length < at) return null
    body += text.slice(lineEnd + 2, at - 2)
  }
}
