// Errors that weir itself answers with, as problem details (RFC 9457).

export interface Problem {
  readonly status: number
  /** What is wrong and what to do about it, for people; free of request data. */
  readonly detail: string
  /** A stable token for programs, such as a reason or a failure kind. */
  readonly code: string
  /** Whole seconds after which to try again; null where trying again does not help. */
  readonly retryAfterSeconds: number | null
  /** Extension members (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>
}

export interface ProblemAnswer {
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value … */
  readonly fields: readonly string[]
  readonly body: Uint8Array
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

const encoder = new TextEncoder()

/** The problem as a whole answer, ready to send; it is never stored by anyone. */
export function problemAnswer({ status, detail, code, retryAfterSeconds, members }: Problem): ProblemAnswer {
  const title = titles[status] ?? 'Error'
  const problem = { type: 'about:blank', title, status, detail, code, ...members }
  const body = encoder.encode(`${JSON.stringify(problem)}\n`)
  const fields = [
    'Content-Type',
    'application/problem+json',
    'Content-Length',
    String(body.byteLength),
    'Cache-Control',
    'no-store',
  ]
  if (retryAfterSeconds !== null) fields.push('Retry-After', String(retryAfterSeconds))
  return { status, statusText: title, fields, body }
}
