/** Limiting by this process alone, while the backend does not answer. */
import type { Clock } from '../ports/clock.ts'
import type { BlockRule, Charge, Decision, Policy, PolicyDecision } from '../ports/rate-limit-store.ts'
import { createMemoryRateLimitStore, type MemoryRateLimitStore } from './memory-rate-limit-store.ts'

const maxKeys = 100_000

/** After the last use, counts are kept for the longest window, but no longer than this. */
const longestKeptMs = 600_000

/** A correction of earlier charges, in the windows that the decision names. */
export interface Adjustment {
  readonly group: string
  readonly key: string
  readonly charges: readonly Charge[]
  readonly decision: Decision
}

export class LocalLimits {
  readonly #store: MemoryRateLimitStore
  readonly #nodes: number
  readonly #clock: Clock
  readonly #parts = new WeakMap<Policy, Policy>()
  /** The decisions made here, by their policies: no other decision may give back units here, where it charged none. */
  readonly #made = new WeakSet<readonly PolicyDecision[]>()
  #longestWindowMs = 0
  #uses = 0

  constructor(clock: Clock, nodes: number) {
    this.#store = createMemoryRateLimitStore({ clock, maxKeys })
    this.#nodes = nodes
    this.#clock = clock
  }

  consume(group: string, key: string, charges: readonly Charge[], block: BlockRule | undefined): Decision {
    const own = this.#ownOf(charges)
    for (const { windowMs } of charges.map(({ policy }) => policy)) {
      if (windowMs > this.#longestWindowMs) this.#longestWindowMs = windowMs
    }
    this.#uses++
    const decision = this.#store.consume(group, key, own, block)
    this.#made.add(decision.policies)
    return { ...decision, source: 'local' }
  }

  /** What `consume` would decide; charges nothing. */
  peek(group: string, key: string, charges: readonly Charge[]): Decision {
    return { ...this.#store.peek(group, key, this.#ownOf(charges)), source: 'local' }
  }

  /** Calls `forget` after the longest window, if nothing was asked until then, so that nothing counted here still matters. */
  whenIdle(forget: () => void): void {
    const uses = this.#uses
    this.#clock.schedule(Math.min(this.#longestWindowMs, longestKeptMs), () => {
      if (uses === this.#uses) forget()
    })
  }

  /** Corrects what a decision of these counters charged, in the windows that it charged. */
  adjust({ group, key, charges, decision }: Adjustment): void {
    if (!this.#made.has(decision.policies)) return
    this.#store.adjust(group, key, this.#ownOf(charges), decision.policies)
  }

  #ownOf(charges: readonly Charge[]): readonly Charge[] {
    return charges.map(({ policy, units }) => ({ policy: this.#partOf(policy), units }))
  }

  /** This process's part of the quota; at least one unit where there is any, or the service would be closed. */
  #partOf(policy: Policy): Policy {
    if (this.#nodes === 1) return policy
    let part = this.#parts.get(policy)
    if (part === undefined) {
      const share = (units: number): number =>
        units === 0 ? 0 : Math.max(1, Math.floor(units / this.#nodes))
      part = Object.freeze({ ...policy, limit: share(policy.limit), burst: share(policy.burst) })
      this.#parts.set(policy, part)
    }
    return part
  }
}
