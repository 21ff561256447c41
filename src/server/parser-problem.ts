// Names what node:http's parser refused.

export interface ParserProblem {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** The answer that a parser error deserves; null where there is nobody to answer, as after a reset. */
export function parserProblem({ code }: NodeJS.ErrnoException): ParserProblem | null {
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return null
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        code: 'head-too-large',
        detail: 'The request line and fields are larger than listen.maxHead.',
      }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, code: 'chunk-extensions', detail: 'The chunk extensions are too long.' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        code: 'head-timeout',
        detail: 'The request did not arrive within listen.headTimeout.',
      }
    default:
      return { status: 400, code: 'malformed', detail: 'The request is not well-formed HTTP/1.1.' }
  }
}
