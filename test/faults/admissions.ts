/** Who was admitted when, by whom: more than the quota in any window is too much. */
import type { Decision } from '@forebay/core'

export class Admissions {
  readonly #limit: number
  readonly #windowMs: number
  /** Instants of admissions, by key. */
  readonly #admitted = new Map<string, number[]>()
  byBackend = 0
  byItself = 0

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  note(decision: Decision): void {
    if (decision.source === 'backend') this.byBackend++
    else this.byItself++
    if (!decision.allowed) return
    const { key } = decision
    const instants = this.#admitted.get(key)
    if (instants === undefined) this.#admitted.set(key, [performance.now()])
    else instants.push(performance.now())
  }

  /** Forgets instants. */
  forget(): void {
    this.#admitted.clear()
  }

  /** The most that one key was admitted within one window. */
  get most(): number {
    let most = 0
    for (const instants of this.#admitted.values())
      most = Math.max(most, mostWithin(instants, this.#windowMs))
    return most
  }

  /** Admissions beyond `quotas` times the quota within a window: each place that counts by itself has a quota of its own. */
  beyond(quotas: number): number {
    return Math.max(0, this.most - quotas * this.#limit)
  }
}

function mostWithin(instants: readonly number[], windowMs: number): number {
  let most = 0
  let from = 0
  for (let to = 0; to < instants.length; to++) {
    // Instants are taken a little after the decision: an edge of the window is not held against anybody.
    while ((instants[to] ?? 0) - (instants[from] ?? 0) > windowMs * 0.95) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}
