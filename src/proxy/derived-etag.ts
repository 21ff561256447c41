// A validator of weir's own, for answers that the origin gave none.
import { createHash } from 'node:crypto'

const DIGEST_CHARACTERS = 27

/** A strong entity tag of these bytes (RFC 9110 §8.8.3): the same content has the same tag, in every process. */
export function derivedEtag(body: Uint8Array): string {
  return `"weir-${createHash('sha1').update(body).digest('base64url').slice(0, DIGEST_CHARACTERS)}"`
}

/** Whether a tag is one that weir derived: the origin has never heard of it. */
export function isDerivedEtag(tag: string): boolean {
  return /^(?:W\/)?"weir-/.test(tag)
}
