/** Limiting by this process alone, while the backend does not answer. */
import type { Clock } from '../ports/clock.ts'
import type { BlockRule, Charge, Decision, Policy } from '../ports/rate-limit-store.ts'
import { createMemoryRateLimitStore, type MemoryRateLimitStore } from './memory-rate-limit-store.ts'

const maxKeys = 100_000

export interface LocalAdjustment {
  readonly group: string
  readonly key: string
  readonly charges: readonly Charge[]
  readonly decision: Decision
}

export class LocalLimits {
  readonly #store: MemoryRateLimitStore
  readonly #nodes: number
  readonly #parts = new WeakMap<Policy, Policy>()

  constructor(clock: Clock, nodes: number) {
    this.#store = createMemoryRateLimitStore({ clock, maxKeys })
    this.#nodes = nodes
  }

  consume(group: string, key: string, charges: readonly Charge[], block: BlockRule | undefined): Decision {
    const own = charges.map(({ policy, units }) => ({ policy: this.#partOf(policy), units }))
    return { ...this.#store.consume(group, key, own, block), source: 'local' }
  }

  /** Corrects what a decision of this process charged, in the windows that it charged. */
  adjust({ group, key, charges, decision }: LocalAdjustment): void {
    const own = charges.map(({ policy, units }) => ({ policy: this.#partOf(policy), units }))
    this.#store.adjust(group, key, own, decision.policies)
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
