// Stored responses in Redis: asked for in one script, written behind the client's back.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Labels, StoredResponse } from '../../policy/entry.ts'
import type { Finding, Variants } from '../port.ts'
import type { Client } from './client.ts'
import { decodeEntry, encodeEntry, usefulMs } from './codec.ts'
import { askEntry, endLead, putEntry, renewLead } from './entry-scripts.ts'
import type { FleetLog } from './fleet-log.ts'
import type { RedisLink, Reply } from './link.ts'
import type { EntryNames, Names } from './names.ts'
import type { Seal } from './seal.ts'
import type { Wakes } from './wakes.ts'
import { WriteQueue } from './write-queue.ts'

export interface EntriesOptions {
  readonly link: RedisLink
  readonly log: FleetLog
  readonly names: Names
  readonly seal: Seal
  readonly wakes: Wakes
  readonly clock: Clock
  readonly instance: string
  readonly maxEntryBytes: number
}

export interface EntriesStats {
  readonly hits: number
  readonly misses: number
  /** Values that were not what weir writes, and were removed. */
  readonly unreadable: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly written: number
  /** Responses that were not written: too large, no room in the queue, or Redis did not take them. */
  readonly dropped: number
  /** Fetches for the fleet, and fetches of others that were waited for. */
  readonly led: number
  readonly followed: number
}

/** How long a leader that has died keeps the others waiting. */
const LEAD_MS = 3000
/** Larger ones would hold up the connection, and be late for any deadline. */
const MOST_VALUE_BYTES = 1024 * 1024
const MOST_TTL_MS = 7 * 24 * 3_600_000
/** For what nobody waits for. */
const WRITE_TIMEOUT_MS = 1000

interface Lead {
  readonly nonce: string
  readonly names: EntryNames
  renewal: Timer
}

export class RedisEntries {
  readonly #options: EntriesOptions
  readonly #queue = new WriteQueue()
  /** By key: what this process fetches for the fleet. */
  readonly #leads = new Map<string, Lead>()
  #nonces = 0
  readonly #counts = {
    hits: 0,
    misses: 0,
    unreadable: 0,
    readBytes: 0,
    writtenBytes: 0,
    written: 0,
    dropped: 0,
    led: 0,
    followed: 0,
  }

  constructor(options: EntriesOptions) {
    this.#options = options
  }

  async ask(key: string, labels: Labels, mayLead: boolean): Promise<Finding> {
    const { link, log, names: all, instance, wakes } = this.#options
    if (!log.isHearing) return { kind: 'alone', variants: [] }
    const names = all.entry(key)
    const nonce = `${instance} ${this.#nonces++}`
    const least = log.leastFor(labels)
    const reply = await link.ask((client) =>
      client.run(
        askEntry,
        names.entry,
        names.lead,
        names.waiting,
        least === Infinity ? 'inf' : least,
        mayLead ? LEAD_MS : 0,
        nonce,
        instance,
      ),
    )
    if (reply.kind !== 'ok') return { kind: 'alone', variants: [] }
    const [role, leftMs, values] = reply.value as [Buffer, number, Buffer[]]
    // From here on the lead has to be given up, whatever happens.
    const over = role.toString() === 'lead' ? this.#lead(key, names, nonce) : null
    const variants = await this.#readable(key, names, values)
    this.#counts[variants.length > 0 ? 'hits' : 'misses']++
    if (over !== null) return { kind: 'lead', variants, over }
    if (role.toString() !== 'follow') return { kind: 'alone', variants }
    this.#counts.followed++
    const landed = (mostMs: number): Promise<'told' | 'late'> =>
      wakes.wait(names.waiting, Math.min(mostMs, leftMs + 1))
    return { kind: 'follow', variants, landed }
  }

  /** Writes it as soon as may be; nobody waits for that. */
  put(entry: StoredResponse, maxVariants: number): void {
    const { log, clock } = this.#options
    const lead = this.#leads.get(entry.key) ?? null
    const ttlMs = Math.min(usefulMs(entry, clock.now()), MOST_TTL_MS)
    if (entry.part !== null || ttlMs < 1 || !log.isHearing || entry.body.byteLength > 8 * MOST_VALUE_BYTES) {
      this.#counts.dropped++
      return
    }
    const asOf = log.applied
    this.#leads.delete(entry.key)
    lead?.renewal.cancel()
    const isTaken = this.#queue.add(entry.body.byteLength, async () => {
      if (await this.#write(entry, asOf, maxVariants, Math.ceil(ttlMs), lead?.nonce ?? '')) return
      this.#counts.dropped++
      if (lead !== null) await this.#release(lead)
    })
    if (isTaken) return
    this.#counts.dropped++
    if (lead !== null) void this.#release(lead)
  }

  /** Removes one variant; nobody waits for that. */
  remove(entry: StoredResponse): void {
    const { names, link } = this.#options
    const { entry: name } = names.entry(entry.key)
    void link.ask((client) => client.removeField(name, this.#fieldOf(entry)))
  }

  stats(): EntriesStats & { readonly queued: number } {
    return { ...this.#counts, queued: this.#queue.size }
  }

  /** Settles when all that was to be written has been, or could not be. */
  async end(): Promise<void> {
    for (const lead of this.#leads.values()) {
      lead.renewal.cancel()
      void this.#queue.add(0, () => this.#release(lead))
    }
    this.#leads.clear()
    await this.#queue.idle()
  }

  #lead(key: string, names: EntryNames, nonce: string): () => void {
    const { clock, link } = this.#options
    const renew = (): Timer =>
      clock.after(LEAD_MS / 3, () => {
        lead.renewal = renew()
        void link.ask((client) => client.run(renewLead, names.lead, nonce, LEAD_MS))
      })
    const lead: Lead = { nonce, names, renewal: renew() }
    this.#counts.led++
    this.#leads.set(key, lead)
    return () => {
      if (this.#leads.get(key) !== lead) return
      this.#leads.delete(key)
      lead.renewal.cancel()
      void this.#release(lead)
    }
  }

  async #release({ names, nonce }: Lead): Promise<void> {
    const {
      link,
      names: { wakeChannel },
    } = this.#options
    await link.ask((client) =>
      client.run(endLead, names.lead, names.waiting, nonce, wakeChannel, names.waiting),
    )
  }

  async #write(
    entry: StoredResponse,
    asOf: number,
    maxVariants: number,
    ttlMs: number,
    nonce: string,
  ): Promise<boolean> {
    const { link, names: all, seal } = this.#options
    const names = all.entry(entry.key)
    const value = await encodeEntry(entry, asOf, seal, names.entry)
    if (value.byteLength > MOST_VALUE_BYTES) return false
    const put = (client: Client): Promise<unknown> =>
      client.run(
        putEntry,
        names.lead,
        names.waiting,
        names.entry,
        nonce,
        all.wakeChannel,
        names.waiting,
        this.#fieldOf(entry),
        value,
        ttlMs,
        maxVariants,
      )
    const reply: Reply<unknown> = await link.ask(put, WRITE_TIMEOUT_MS)
    if (reply.kind !== 'ok') return false
    this.#counts.written++
    this.#counts.writtenBytes += value.byteLength
    return true
  }

  /** What can be read of what lies there, and holds up to all that this process knows by now. */
  async #readable(key: string, names: EntryNames, values: readonly Buffer[]): Promise<Variants> {
    const { link, log, seal, clock, maxEntryBytes } = this.#options
    const variants: StoredResponse[] = []
    for (let i = 0; i + 1 < values.length; i += 2) {
      const [field, bytes] = [values[i], values[i + 1]] as [Buffer, Buffer]
      this.#counts.readBytes += bytes.byteLength
      const value = await decodeEntry(bytes, seal, names.entry, maxEntryBytes)
      const isOurs = value?.entry.key === key && this.#fieldOf(value.entry) === field.toString()
      if (!isOurs) this.#counts.unreadable++
      else if (value.asOf >= log.leastFor(value.entry.labels)) {
        variants.push(dated(value.entry, clock.now()))
        continue
      }
      void link.ask((client) => client.removeField(names.entry, field))
    }
    return variants.sort((a, b) => b.requestAt - a.requestAt)
  }

  /** Variants of one key are told apart by what Vary nominated. */
  #fieldOf({ vary }: StoredResponse): string {
    return vary.length === 0 ? '-' : this.#options.seal.nameOf(JSON.stringify(vary))
  }
}

/** Clocks differ: what comes from the future has just come. */
function dated(entry: StoredResponse, now: number): StoredResponse {
  if (entry.responseAt <= now) return entry
  return { ...entry, responseAt: now, requestAt: Math.min(entry.requestAt, now) }
}
