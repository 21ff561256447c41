// A flight asks the second tier before the origin: for what is stored there, and whether another process fetches it already.
import type { Labels, StoredResponse } from '../policy/entry.ts'
import { tagsOf } from '../policy/invalidated-targets.ts'
import { holdsAnswer } from '../policy/partial.ts'
import { reconsider } from '../policy/reconsider.ts'
import { decideReuse } from '../policy/reuse.ts'
import { selectVariant } from '../policy/vary.ts'
import type { Finding, SecondTier, Variants } from '../store/port.ts'
import { fill } from './fill.ts'
import type { FillOrder } from './fill-order.ts'
import type { Flight } from './flights.ts'
import type { Landing, LandingNews } from './landing.ts'

/** As `fill`, where there is a second tier with what is stored there. */
export function fillFromTiers(flight: Flight<Landing, LandingNews>, order: FillOrder): void {
  const { second } = order.call.room.store
  if (second === null) return fill(flight, order)
  void new TieredFill(flight, order, second).run()
}

class TieredFill {
  readonly #flight: Flight<Landing, LandingNews>
  readonly #order: FillOrder
  readonly #tier: SecondTier
  readonly #labels: Labels
  #isDeserted = false

  constructor(flight: Flight<Landing, LandingNews>, order: FillOrder, tier: SecondTier) {
    const { call, cache, key } = order
    this.#flight = flight
    this.#order = order
    this.#tier = tier
    this.#labels = { uri: key.uri, path: call.head.path, tags: tagsOf(cache.tags, call.params) }
    if (order.background) return
    flight.onDeserted(() => {
      this.#isDeserted = true
      flight.close()
    })
  }

  async run(): Promise<void> {
    const finding = await this.#settled()
    const over = finding.kind === 'lead' ? finding.over : (): void => undefined
    if (this.#isDeserted) {
      over()
      return
    }
    const best = this.#best(finding.variants)
    if (best !== undefined && this.#answers(best)) {
      this.#tier.bringNear(best, this.#order.cache.maxVariants)
      over()
      this.#flight.land({ kind: 'found', entry: best })
      return
    }
    this.#flight.onClosed(over)
    fill(this.#flight, { ...this.#order, stored: this.#newer(best) })
  }

  /** What is found in the end, after what another process fetches has been waited for. */
  async #settled(): Promise<Finding> {
    const { call, key } = this.#order
    const { clock } = call.room
    // A request that has waited for as long as for an answer goes by itself.
    const waitUntil = clock.now() + call.policy.timeouts.firstByteMs
    let finding = await this.#tier.ask(key.key, this.#labels, true)
    while (finding.kind === 'follow' && !this.#isDeserted && !this.#isFound(finding.variants)) {
      const leftMs = waitUntil - clock.now()
      if (leftMs <= 0) break
      const news = await finding.landed(leftMs)
      // Who was told that it is over and finds nothing does not wait for the next one: it was not to be shared.
      finding = await this.#tier.ask(key.key, this.#labels, news === 'late')
    }
    return finding
  }

  #isFound(variants: Variants): boolean {
    const best = this.#best(variants)
    return best !== undefined && this.#answers(best)
  }

  #best(variants: Variants): StoredResponse | undefined {
    const { call, cache } = this.#order
    // Another process may have stored it by other rules.
    const held = variants.flatMap((entry) => reconsider(entry, cache, call.params) ?? [])
    return selectVariant(held, call.head.fields)
  }

  /** A refresh in the background is for what is fresh; a client also takes what may be served stale. */
  #answers(entry: StoredResponse): boolean {
    const { call, directives, background } = this.#order
    const now = call.room.clock.now()
    const { kind } = decideReuse({ variants: [entry], selected: entry, directives, refresh: false }, now)
    if (kind !== 'hit' && (kind !== 'stale' || background)) return false
    return holdsAnswer(entry, call.head)
  }

  /** The origin is asked to confirm what was stored last, wherever that is. */
  #newer(found: StoredResponse | undefined): StoredResponse | undefined {
    const { stored, ask } = this.#order
    if (found === undefined || ask.kind !== 'whole') return stored
    return stored === undefined || found.requestAt > stored.requestAt ? found : stored
  }
}
