// Seals what is written to Redis: who reads there learns nothing, and what others write there is not believed.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

export class Seal {
  readonly #nameKey: Buffer
  readonly #contentKey: Buffer

  constructor(secret: string) {
    const derive = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, '', `weir redis ${use}`, 32))
    this.#nameKey = derive('names')
    this.#contentKey = derive('contents')
  }

  /** A name for a text that says nothing of it without the secret: 32 characters that fit in any key. */
  nameOf(text: string): string {
    return createHmac('sha256', this.#nameKey).update(text).digest('base64url').slice(0, 32)
  }

  /** `context` is where it will lie, and `head` what goes beside it in the clear: it opens with the same two alone. */
  close(plain: Uint8Array, context: string, head: Uint8Array = none): Buffer {
    return this.#close(plain, context, head, randomBytes(IV_BYTES))
  }

  /** The same bytes for the same text, so that a set can hold it once. */
  closeAlike(plain: Uint8Array, context: string): Buffer {
    const iv = createHmac('sha256', this.#nameKey).update(plain).digest().subarray(0, IV_BYTES)
    return this.#close(plain, context, none, iv)
  }

  /** Null where it is not what somebody with the secret closed there. */
  open(sealed: Uint8Array, context: string, head: Uint8Array = none): Buffer | null {
    if (sealed.byteLength < IV_BYTES + TAG_BYTES) return null
    const decipher = createDecipheriv(CIPHER, this.#keyOf(context), sealed.subarray(0, IV_BYTES))
    decipher.setAAD(head)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
    } catch {
      return null
    }
  }

  #close(plain: Uint8Array, context: string, head: Uint8Array, iv: Uint8Array): Buffer {
    const cipher = createCipheriv(CIPHER, this.#keyOf(context), iv)
    cipher.setAAD(head)
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  /** A key for each context: random IVs of one key must not be used up by a fleet that writes for years. */
  #keyOf(context: string): Buffer {
    return createHmac('sha256', this.#contentKey).update(context).digest()
  }
}

const none = new Uint8Array()
