// Failures that the API tells its client about, as problem details (RFC 9457).

export class Problem extends Error {
  readonly status: number
  readonly title: string
  /** Response fields that belong to this failure, such as Allow. */
  readonly fields: Readonly<Record<string, string>>

  constructor(status: number, title: string, detail: string, fields: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.title = title
    this.fields = fields
  }
}

export function notFound(detail: string): Problem {
  return new Problem(404, 'Not Found', detail)
}

export function unprocessable(detail: string): Problem {
  return new Problem(422, 'Unprocessable Content', detail)
}
