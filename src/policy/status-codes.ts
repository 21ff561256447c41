// What status codes mean to a cache (RFC 9110 §15, RFC 9111 §3).

const HEURISTICALLY_CACHEABLE = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501])

const UNDERSTOOD = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308],
  ...[
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 417, 421, 422, 425, 426, 451,
  ],
  ...[500, 501, 502, 503, 504, 505],
])

// 304 and 206 are parts of an exchange; 412 and 416 answer request fields that are not in the key; RFC 6585
// forbids the rest to be stored (§3 to §6).
const NEVER_STORED = new Set([206, 304, 412, 416, 428, 429, 431, 511])

// An error of one request must not become the answer to all the others of its key.
const NEVER_STORED_BY_POLICY = new Set([400, 401, 403, 405, 413, 414, 429, 431])

/** May be given a freshness that the origin did not state (RFC 9110 §15.1). */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status)
}

/** weir knows the status code and does what it asks of caches (RFC 9111 §5.2.2.3). */
export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status)
}

/** The response is final, and nothing about its status forbids to store it whole. */
export function isStorableStatus(status: number): boolean {
  return status >= 200 && !NEVER_STORED.has(status)
}

/** An operator may state a freshness for the status. */
export function mayHaveStatusTtl(status: number): boolean {
  return isStorableStatus(status) && !NEVER_STORED_BY_POLICY.has(status)
}
