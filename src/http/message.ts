// The shapes of a request's and a response's head, whichever door or origin they came from.
import type { Fields } from './fields.ts'

/** How the request's content is delimited (RFC 9112 §6). */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }

/** Who is at the other end of the client's connection. */
export interface Peer {
  readonly address: string
  /** True when the operator trusts this address to state Forwarded and X-Forwarded-* fields. */
  readonly trusted: boolean
}

export interface RequestHead {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The effective host and port, lower case, as the origin will be told (RFC 9110 §7.2). */
  readonly authority: string
  /** The normalised absolute path; what routes match is what the origin receives. */
  readonly path: string
  /** The query with its '?', or '' where the target has none. */
  readonly query: string
  readonly version: '1.0' | '1.1' | '2'
  /** All fields as received, framing and hop-by-hop fields included. */
  readonly fields: Fields
  readonly body: BodyFraming
  readonly peer: Peer
}

export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly fields: Fields
}
