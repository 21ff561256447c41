// Stored responses for tests of what keeps them: plain, and different only in what a test says.
import { Fields } from '../../src/http/fields.ts'
import type { Freshness, StoredResponse, VaryValue } from '../../src/policy/entry.ts'

export interface Differences {
  readonly key?: string
  readonly uri?: string
  readonly path?: string
  readonly tags?: readonly string[]
  /** The value of the one field that Vary nominates; without it Vary nominates none. */
  readonly variant?: string
  readonly fields?: readonly string[]
  readonly bodyBytes?: number
  readonly freshness?: Partial<Freshness>
  readonly responseAt?: number
}

/** A response of ten bytes that was stored at 0 and stays fresh for a minute. */
export function stored({
  key = 'k',
  uri = 'http://api.test/',
  path = '/',
  tags = [],
  variant,
  fields = [],
  bodyBytes = 10,
  freshness = {},
  responseAt = 0,
}: Differences = {}): StoredResponse {
  const vary: readonly VaryValue[] = variant === undefined ? [] : [{ name: 'x-kind', value: variant }]
  return {
    key,
    labels: { uri, path, tags },
    vary,
    status: 200,
    statusText: 'OK',
    fields: new Fields([...fields]),
    body: new Uint8Array(bodyBytes),
    part: null,
    requestAt: responseAt,
    responseAt,
    initialAgeMs: 0,
    freshness: {
      lifetimeMs: 60_000,
      source: 'ttl',
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      mayBeStale: true,
      validateAlways: false,
      ...freshness,
    },
    etag: null,
    derivedEtag: false,
    lastModified: null,
  }
}
