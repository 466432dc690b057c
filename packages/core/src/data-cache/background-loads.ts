/** Loads that nobody waits for: ahead of the end of a value, or behind a stale one. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { DataCore } from './data-core.ts'
import { longestJoinedMs, type Loads } from './loads.ts'
import { makeOnce } from './making-in-fleet.ts'
import type { LoadCall } from './making.ts'
import type { Usable } from './usable.ts'

/** After one that failed, the next on the same key waits this long: a source in trouble is not to be asked per use. */
const pauseMs = 1_000

/** How many keys' pauses are remembered. */
const rememberedPauses = 1_024

/** Nobody waits for them, and so nobody slows down: more at once would crowd out the loads that are waited for. */
const mostRunning = 100

export class BackgroundLoads {
  readonly #core: DataCore
  readonly #loads: Loads
  readonly #pausedUntil = new BoundedMap<string, number>(rememberedPauses)
  #running = 0

  constructor(core: DataCore, loads: Loads) {
    this.#core = core
    this.#loads = loads
  }

  /** Unless one runs for that key already, or failed a moment ago. */
  start(call: LoadCall, stale: Usable): void {
    const { key, rules } = call
    const now = this.#core.clock.now()
    if (this.#core.isClosed || this.#running >= mostRunning || this.#loads.has(key, now)) return
    if ((this.#pausedUntil.get(key) ?? 0) > now) return
    this.#core.counts.refreshes++
    this.#running++
    // One that hangs must not keep its key from ever being loaded again.
    const bounded = { ...call, rules: { ...rules, hardTimeoutMs: rules.hardTimeoutMs ?? longestJoinedMs } }
    const outcome = this.#loads.begin(key, {
      clock: this.#core.clock,
      run: (load) => makeOnce(this.#core, load, bounded, stale),
    })
    void outcome.then((over) => {
      this.#running--
      if (over.type === 'loaded') return
      this.#pausedUntil.set(key, this.#core.clock.now() + pauseMs)
      this.#core.log.warn('refresh', 'a load in the background failed', over.error)
    })
  }
}
