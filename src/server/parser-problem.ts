// Names what node:http's parser refused.

export interface ParserProblem {
  readonly status: number
  readonly code: string
  readonly detail: string
}

export type ParserEvent =
  | ({ readonly kind: 'refused' } & ParserProblem)
  /** There is nobody to answer, as after a reset. */
  | { readonly kind: 'gone' }
  /** More came after a request that said it was the last one. */
  | { readonly kind: 'surplus' }

/** What an error of the parser or of its connection amounts to. */
export function parserEvent({ code }: NodeJS.ErrnoException): ParserEvent {
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'gone' }
    case 'HPE_CLOSED_CONNECTION':
      return { kind: 'surplus' }
    case 'HPE_HEADER_OVERFLOW':
      return refused(431, 'head-too-large', 'The request line and fields are larger than listen.maxHead.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refused(413, 'chunk-extensions', 'The chunk extensions are too long.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refused(408, 'head-timeout', 'The request did not arrive within listen.headTimeout.')
    default:
      return refused(400, 'malformed', 'The request is not well-formed HTTP/1.1.')
  }
}

function refused(status: number, code: string, detail: string): ParserEvent {
  return { kind: 'refused', status, code, detail }
}
