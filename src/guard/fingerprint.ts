// What a request is, in a few characters: to tell its repeat from another request.
import { createHash } from 'node:crypto'

/** A digest of method, target and content; equal for requests that ask for the same, and for no others. */
export function fingerprint(method: string, target: string, content: Uint8Array): string {
  const head = `${method} ${target}\n`
  return createHash('sha256').update(head).update(content).digest('base64url')
}
