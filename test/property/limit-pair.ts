/** Two stores that are asked the same, and what each says. */
import type { Decision, Policy, RateLimitStore } from '@forebay/core'
import type { LimitStep } from './redis-limit-traces.ts'

let pairs = 0

export class Pair {
  readonly #group = `run ${++pairs}`
  readonly #stores: readonly [RateLimitStore, RateLimitStore]
  readonly #charged = new Map<string, readonly [Decision, Decision]>()

  constructor(stores: readonly [RateLimitStore, RateLimitStore]) {
    this.#stores = stores
  }

  async ask(step: LimitStep, policies: readonly Policy[]): Promise<readonly [unknown, unknown]> {
    const charged = this.#charged.get(step.key)
    const [first, second] = this.#stores
    const said = await Promise.all([
      this.#askOne(first, step, { policies, charged: charged?.[0] }),
      this.#askOne(second, step, { policies, charged: charged?.[1] }),
    ])
    if (step.type === 'consume') this.#charged.set(step.key, said as [Decision, Decision])
    return said
  }

  async #askOne(
    store: RateLimitStore,
    step: LimitStep,
    { policies, charged }: { readonly policies: readonly Policy[]; readonly charged: Decision | undefined },
  ): Promise<unknown> {
    const { key } = step
    const charges = policies.map((policy, index) => ({ policy, units: step.units[index] ?? 0 }))
    switch (step.type) {
      case 'consume':
        return store.consume(this.#group, key, charges, step.rule)
      case 'peek':
        return store.peek(this.#group, key, charges)
      case 'correct':
        return charged && store.adjust(this.#group, key, charges, charged.policies)
      case 'refund': {
        const back = charges.map(({ policy, units }) => ({ policy, units: -Math.abs(units) }))
        return store.adjust(this.#group, key, back)
      }
      case 'reset':
        return store.reset(this.#group, key, policies)
      case 'block':
        return store.block(this.#group, key, step.blockMs)
      case 'unblock':
      default:
        return store.unblock(this.#group, key)
    }
  }
}
