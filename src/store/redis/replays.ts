// Answers to idempotent writes in Redis, for repeats that come to another instance, or after a restart.
import type { Replay, ReplayedAnswer, Replays } from '../replays.ts'
import { ByteReader, ByteWriter, Malformed } from './bytes.ts'
import type { RedisLink } from './link.ts'
import type { Names } from './names.ts'
import type { Seal } from './seal.ts'

export interface RecordOptions {
  readonly link: RedisLink
  readonly names: Names
  readonly seal: Seal
}

/** Larger answers are known to have been given, and not kept. */
const MOST_BYTES = 1024 * 1024
const WRITE_TIMEOUT_MS = 1000

export function createRedisReplays({ link, names, seal }: RecordOptions): Replays {
  return {
    async get(key) {
      const name = names.replay(key)
      const reply = await link.ask((client) => client.get(name))
      if (reply.kind === 'failed' && reply.error === 'refused') void link.ask((client) => client.remove(name))
      if (reply.kind !== 'ok') return 'unavailable'
      if (reply.value === null) return null
      const replay = decode(seal.open(reply.value, name))
      if (replay === null) void link.ask((client) => client.remove(name))
      return replay
    },
    async put(key, replay, ttlMs) {
      const name = names.replay(key)
      const value = seal.close(encode(replay), name)
      await link.ask((client) => client.set(name, value, Math.ceil(ttlMs)), WRITE_TIMEOUT_MS)
    },
  }
}

function encode({ fingerprint, answer }: Replay): Buffer {
  const writer = new ByteWriter().text(fingerprint)
  if (answer.kind === 'unknown') return writer.byte(0).done()
  const isLarge = answer.kind === 'whole' && answer.body.byteLength > MOST_BYTES
  if (answer.kind === 'too-large' || isLarge) return writer.byte(1).number(answer.status).done()
  const { status, statusText, fields, body } = answer
  return writer.byte(2).number(status).text(statusText).texts(fields).bytes(body).done()
}

/** Null for what is no replay. */
function decode(bytes: Buffer | null): Replay | null {
  if (bytes === null) return null
  try {
    const reader = new ByteReader(bytes)
    const fingerprint = reader.text()
    const answer = readAnswer(reader)
    reader.end()
    return { fingerprint, answer }
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

function readAnswer(reader: ByteReader): ReplayedAnswer {
  switch (reader.byte()) {
    case 0:
      return { kind: 'unknown' }
    case 1:
      return { kind: 'too-large', status: reader.number() }
    case 2:
      return {
        kind: 'whole',
        status: reader.number(),
        statusText: reader.text(),
        fields: reader.texts(),
        body: reader.bytes(),
      }
    default:
      throw new Malformed()
  }
}
