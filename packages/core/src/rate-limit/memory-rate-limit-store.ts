/** Quotas counted in this process's memory: every decision at once, in bounded memory. */
import type { Clock } from '../ports/clock.ts'
import type {
  BlockRule,
  Charge,
  Decision,
  DeniedDecision,
  Policy,
  PolicyDecision,
  RateLimitStore,
  RateLimitStoreStats,
} from '../ports/rate-limit-store.ts'
import { Blocks, blockedDecision } from './blocks.ts'
import { Counter } from './counter.ts'
import { decisionBy, decisionOf } from './judgement.ts'
import type { KeyTable } from './key-table.ts'

export interface MemoryRateLimitStoreOptions {
  readonly clock: Clock
  /** The most keys, over all groups and policies. */
  readonly maxKeys: number
  /** Called whenever a new key has to share counters, because every key is exhausted or blocked. */
  readonly isFull?: () => void
}

/** Its methods answer at once, never with a promise. */
export function createMemoryRateLimitStore(options: MemoryRateLimitStoreOptions): MemoryRateLimitStore {
  return new MemoryRateLimitStore(options)
}

interface Asked {
  readonly now: number
  readonly rule: BlockRule | undefined
}

interface Group {
  /** By algorithm and policy name. */
  readonly counters: Map<string, Counter>
  /** The same, found sooner; a policy that is no longer asked about is forgotten. */
  readonly byPolicy: WeakMap<Policy, Counter>
  readonly blocks: Blocks
}

/** Where the latest charge went: mostly the next one goes there too. */
interface Place {
  readonly groupName: string
  readonly group: Group
  readonly policy: Policy
  readonly counter: Counter
}

/**
 * When `maxKeys` are kept, a new key takes the place of a settled one, else of one that was not used lately, never of an
 * exhausted or blocked one: a flood of new keys frees nobody. Where only such keys are left, new ones share counters.
 */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #clock: Clock
  readonly #maxKeys: number
  readonly #isFull: (() => void) | undefined
  readonly #groups = new Map<string, Group>()
  readonly #tables: KeyTable[] = []
  /** Reused by every decision, which is over before the next one begins. */
  readonly #moment: { policy: Policy; now: number } = { policy: noPolicy, now: 0 }
  #latest: Place | undefined
  #latestNow = 0
  #evictions = 0

  constructor({ clock, maxKeys, isFull }: MemoryRateLimitStoreOptions) {
    this.#isFull = isFull
    this.#clock = clock
    this.#maxKeys = maxKeys
  }

  consume(groupName: string, key: string, charges: readonly Charge[], rule?: BlockRule): Decision {
    const now = this.#now()
    const { policy, units } = charges[0]!
    const latest = this.#latest
    const { group, counter } =
      latest?.policy === policy && latest.groupName === groupName ? latest : this.#place(groupName, policy)
    if (charges.length > 1 || group.blocks.size > 0)
      return this.#consumeAll(group, key, charges, { now, rule })
    const decision = decisionBy(key, counter.consume(key, units, this.#momentOf(policy, now)))
    return rule === undefined || decision.allowed ? decision : punished(group, decision, { rule, now })
  }

  peek(groupName: string, key: string, charges: readonly Charge[]): Decision {
    const now = this.#now()
    const group = this.#group(groupName)
    const policies = this.#judgeAll(group, key, charges, now)
    const until = group.blocks.until(key)
    return until > now ? blockedDecision(key, policies, { until, now }) : decisionOf(key, policies)
  }

  adjust(
    groupName: string,
    key: string,
    charges: readonly Charge[],
    charged?: readonly PolicyDecision[],
  ): void {
    const now = this.#now()
    const group = this.#group(groupName)
    for (const { policy, units } of charges) {
      const receipt = charged?.find(({ name }) => name === policy.name)
      if (units === 0 || (charged !== undefined && receipt === undefined)) continue
      const correction = { units, window: receipt?.chargedWindow }
      this.#counter(group, policy).adjust(key, this.#momentOf(policy, now), correction)
    }
  }

  reset(groupName: string, key: string, policies: readonly Policy[]): void {
    const group = this.#group(groupName)
    for (const policy of policies) this.#counter(group, policy).table.delete(key)
    group.blocks.forget(key)
  }

  block(groupName: string, key: string, durationMs: number): void {
    this.#group(groupName).blocks.block(key, durationMs, this.#now())
  }

  unblock(groupName: string, key: string): void {
    this.#group(groupName).blocks.unblock(key, this.#now())
  }

  stats(): RateLimitStoreStats {
    return { keys: this.#keys(), evictions: this.#evictions }
  }

  /** First every policy is asked; only when all admit is any charged. Nothing can come in between. */
  #consumeAll(group: Group, key: string, charges: readonly Charge[], { now, rule }: Asked): Decision {
    const until = group.blocks.until(key)
    if (until > now) return blockedDecision(key, this.#judgeAll(group, key, charges, now), { until, now })
    const fits = charges.every(({ policy, units }) =>
      this.#counter(group, policy).fits(key, units, this.#momentOf(policy, now)),
    )
    const policies = fits
      ? charges.map(({ policy, units }) =>
          this.#counter(group, policy).consume(key, units, this.#momentOf(policy, now)),
        )
      : this.#judgeAll(group, key, charges, now)
    const decision = decisionOf(key, policies)
    return rule === undefined || decision.allowed ? decision : punished(group, decision, { rule, now })
  }

  #judgeAll(group: Group, key: string, charges: readonly Charge[], now: number): readonly PolicyDecision[] {
    return charges.map(({ policy, units }) =>
      this.#counter(group, policy).judge(key, units, this.#momentOf(policy, now)),
    )
  }

  /** A clock that steps back stands still here until it is where it was: what has expired was forgotten already. */
  #now(): number {
    const now = Math.floor(this.#clock.now())
    if (now > this.#latestNow) this.#latestNow = now
    return this.#latestNow
  }

  #momentOf(policy: Policy, now: number): { readonly policy: Policy; readonly now: number } {
    this.#moment.policy = policy
    this.#moment.now = now
    return this.#moment
  }

  #place(groupName: string, policy: Policy): Place {
    const group = this.#group(groupName)
    this.#latest = { groupName, group, policy, counter: this.#counter(group, policy) }
    return this.#latest
  }

  #group(name: string): Group {
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { counters: new Map(), byPolicy: new WeakMap(), blocks: new Blocks(this.#maxKeys) }
      this.#groups.set(name, group)
    }
    return group
  }

  #counter(group: Group, policy: Policy): Counter {
    let counter = group.byPolicy.get(policy)
    if (counter === undefined) {
      counter = this.#counterNamed(group, policy)
      group.byPolicy.set(policy, counter)
    }
    return counter
  }

  #counterNamed({ counters }: Group, { algorithm, name }: Policy): Counter {
    const id = `${algorithm}:${name}`
    let counter = counters.get(id)
    if (counter === undefined) {
      counter = new Counter(algorithm, this.#makeRoom)
      counters.set(id, counter)
      this.#tables.push(counter.table)
    }
    return counter
  }

  /** From the largest table: whoever brings most keys gives room first. */
  readonly #makeRoom = (now: number): boolean => {
    if (this.#keys() < this.#maxKeys) return true
    let largest: KeyTable | undefined
    for (const table of this.#tables) if (table.size > (largest?.size ?? 0)) largest = table
    if (largest === undefined || !largest.evict(now)) {
      this.#isFull?.()
      return false
    }
    this.#evictions++
    return true
  }

  #keys(): number {
    let keys = 0
    for (const table of this.#tables) keys += table.size
    return keys
  }
}

const noPolicy: Policy = { name: '', limit: 0, windowMs: 1, algorithm: 'fixed-window', burst: 0 }

/** The denial as it stands once the key is kept out: no wait shorter than the block helps. */
function punished(
  { blocks }: Group,
  decision: DeniedDecision,
  { rule, now }: { readonly rule: BlockRule; readonly now: number },
): DeniedDecision {
  const until = blocks.punish(decision.key, rule, now)
  if (until <= now) return decision
  return { ...blockedDecision(decision.key, decision.policies, { until, now }), reason: 'quota' }
}
