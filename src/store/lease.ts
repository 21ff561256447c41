// The lease port: who may do something now, so that nobody else does it at the same time.

/** A name that is held. */
export interface Lease {
  readonly name: string
  /** Greater by one than that of the holder before, and never less than any before it: what it protects can tell who is late. */
  readonly token: number
}

export type Acquisition =
  | { readonly kind: 'held'; readonly lease: Lease }
  /** Somebody else holds it; `note` is what they want others to know. */
  | { readonly kind: 'busy'; readonly note: string }
  /** It could not be found out in time. */
  | { readonly kind: 'unavailable' }

/** lost: it expired, and another may hold it. unavailable: not renewed, and perhaps still held. */
export type Renewal = 'renewed' | 'lost' | 'unavailable'

/** No call waits for a holder or rejects, and each settles within a bound of the adapter's own, save `freed`. */
export interface Leases {
  /** Takes the lease if nobody holds it. It ends `ttlMs` from now unless it is renewed or released. */
  acquire(name: string, ttlMs: number, note: string): Promise<Acquisition>
  /** Lets it last `ttlMs` from now. */
  renew(lease: Lease, ttlMs: number): Promise<Renewal>
  /** Gives it up; harmless where another holds it by now. */
  release(lease: Lease): Promise<void>
  /** Settles when the name may be free, by release or expiry, and after `withinMs` at the latest. */
  freed(name: string, withinMs: number): Promise<void>
}
