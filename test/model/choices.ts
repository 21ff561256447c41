// What the generator can choose: a policy, and steps of plain data, so that any step can be left out of a failing sequence.

/** Seconds and ms as the names say; `statuses` has a lifetime for one status at the most. */
export interface PolicyChoice {
  readonly ttlMs: number | null
  readonly override: boolean
  readonly heuristic: boolean
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly staleDespiteSMaxage: boolean
  readonly scope: 'auto' | 'shared' | 'user'
  /** Which cookies identify a user. */
  readonly cookies: 'all' | 'session'
  readonly keyedFields: readonly ('accept-language' | 'x-kind')[]
  readonly query: 'all' | 'none' | 'ignore-utm' | 'only-x'
  readonly sortQuery: boolean
  readonly refresh: boolean
  readonly statuses: readonly (readonly [status: number, ms: number])[]
  readonly maxVariants: number
  readonly invalidates: 'nothing' | 'tag-of-all' | 'tag-of-path' | 'path-b'
}

/** A directive as it is meant and as it is spelt; 'invalid': a number that is none; a list: field names. */
export interface DirectiveChoice {
  readonly name: string
  readonly value: number | 'invalid' | readonly string[] | null
  readonly spelling: 'plain' | 'upper' | 'quoted'
}

export interface TargetedChoice {
  readonly field: 'weir-cache-control' | 'cdn-cache-control'
  readonly directives: readonly DirectiveChoice[]
  /** It breaks the grammar of RFC 9651, and so says nothing. */
  readonly malformed: boolean
}

export interface TagChoice {
  readonly weak: boolean
  readonly opaque: string
}

/** What the origin answers when it is asked. Offsets in seconds: of Date and Expires from the answer, of Last-Modified before the beginning. */
export interface AnswerChoice {
  readonly fails: boolean
  readonly status: number
  readonly directives: readonly DirectiveChoice[]
  readonly targeted: readonly TargetedChoice[]
  readonly expires: number | 'invalid' | null
  readonly date: number | 'invalid' | null
  readonly age: number | 'invalid' | null
  readonly etag: TagChoice | null
  readonly lastModified: number | 'invalid' | null
  readonly vary: readonly string[]
  readonly setCookie: boolean
  readonly groups: readonly string[] | 'malformed'
  readonly secret: boolean
  readonly bytes: 'small' | 'longer' | 'large' | 'large-undeclared'
  /** How it answers a precondition of weir's: with 304 and this validator, or never with 304. */
  readonly confirms: 'same' | 'weakened' | 'untagged' | 'other' | 'never'
  /** From the question to the head of the answer. */
  readonly delayMs: number
}

/** Who asks. */
export type UserChoice =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'bearer'; readonly name: string }
  /** With a token that expires so many ms after the beginning. */
  | { readonly kind: 'token'; readonly expiresMs: number }
  | { readonly kind: 'api-key'; readonly name: string }
  | { readonly kind: 'cookies'; readonly session: string | null; readonly theme: string | null }

export interface RangeChoice {
  readonly first: number | null
  readonly last: number | null
}

/** 'seen': the tag of the last answer that the client saw under this path. */
export type ListedTag = TagChoice | 'seen'

export interface RequestChoice {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS'
  readonly path: '/a' | '/b' | '/a%2Fb'
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly user: UserChoice
  /** A field that could steer the origin to another answer, and whether the peer is believed. */
  readonly steering: { readonly name: 'x-forwarded-host' | 'x-original-url'; readonly value: string } | null
  readonly trusted: boolean
  readonly directives: readonly DirectiveChoice[]
  /** Counts only where there is no Cache-Control. */
  readonly pragma: boolean
  readonly noneMatch: readonly ListedTag[] | '*' | null
  /** Seconds before the beginning, as with Last-Modified. */
  readonly modifiedSince: number | null
  readonly ranges: readonly RangeChoice[] | 'malformed' | null
  readonly ifRange: TagChoice | number | null
  readonly language: WishChoice | null
  readonly encoding: WishChoice | null
  readonly kind: string | null
  readonly content: boolean
}

/** A field value, and what it means: two with one meaning select the same variants. */
export interface WishChoice {
  readonly text: string
  readonly means: string
}

export interface WriteChoice {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: '/a' | '/b'
  readonly query: readonly (readonly [name: string, value: string])[]
  /** 'lost': the answer never came, after the request had been sent; 'unsent': it was not even sent. */
  readonly outcome: number | 'lost' | 'unsent'
  readonly location: string | null
  readonly contentLocation: string | null
  readonly groups: readonly string[] | 'malformed'
}

export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'read'
      readonly request: RequestChoice
      /** Others who ask about the same while the first one waits. */
      readonly crowd: readonly RequestChoice[]
      /** A write that succeeds meanwhile, and then one more who asks the same. */
      readonly overtakenBy: WriteChoice | null
      /** For the questions that this leads to, in their order. */
      readonly answers: readonly [AnswerChoice, ...AnswerChoice[]]
    }
  | { readonly kind: 'write'; readonly write: WriteChoice }
  | { readonly kind: 'soft-purge'; readonly path: '/a' | '/b' }

export interface Episode {
  readonly policy: PolicyChoice
  readonly steps: readonly Step[]
}
