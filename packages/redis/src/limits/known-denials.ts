/** Keys that are known to be denied until some instant: nobody needs to ask Redis about them before. */
import type { BlockRule, Charge, Clock, Decision, Policy, PolicyDecision } from '@forebay/core'
import { decisionFrom, type Finding } from './answers.ts'
import type { Lifts } from './lifts.ts'

/** How many keys are remembered; the one that was noted longest ago is forgotten first. */
const mostKeys = 50_000

/** How many different charges of one key: what one cost has to wait for says nothing of the wait of another. */
const mostCharges = 4

/** For how long a denial is believed that another node may have lifted without being heard. */
const unvouchedMs = 500

export interface Denied {
  readonly charges: readonly Charge[]
  readonly finding: Finding
  /** On the local clock: when the question was sent, and when its answer came. */
  readonly sentAt: number
  readonly receivedAt: number
}

interface Known extends Denied {
  /** On the local clock: from then on it might be admitted. Rather too early than too late. */
  readonly until: number
  /** Whether nothing was lifted between the question and its answer. */
  readonly isCurrent: boolean
}

/** Every step takes the same time, however many keys are known. */
export class KnownDenials {
  readonly #clock: Clock
  readonly #lifts: Lifts
  readonly #known = new Map<string, readonly Known[]>()
  /** Lifts before that may have been missed. */
  #heardFrom = -Infinity
  #liftedAt = -Infinity

  constructor(clock: Clock, lifts: Lifts) {
    this.#clock = clock
    this.#lifts = lifts
  }

  get size(): number {
    return this.#known.size
  }

  /** Forgotten by itself when a wait of `waitMs` is over. What could never fit (undefined) is not remembered. */
  note(name: string, denied: Denied, waitMs: number | undefined): void {
    if (waitMs === undefined) return
    this.#lifts.hear(this.#listener)
    const others = (this.#known.get(name) ?? []).filter(({ charges }) => !isSame(charges, denied.charges))
    const { sentAt } = denied
    const known = { ...denied, until: sentAt + waitMs, isCurrent: sentAt >= this.#liftedAt }
    this.#known.delete(name)
    this.#known.set(name, [known, ...others.slice(0, mostCharges - 1)])
    if (this.#known.size <= mostKeys) return
    const oldest = this.#known.keys().next()
    if (oldest.done !== true) this.#known.delete(oldest.value)
  }

  forget(name: string): void {
    this.#known.delete(name)
  }

  forgetAll(): void {
    this.#known.clear()
  }

  /** The denial, as the store would say it now; undefined when the store has to be asked. */
  decide(
    name: string,
    key: string,
    asked: readonly Charge[],
    rule: BlockRule | undefined,
  ): Decision | undefined {
    const known = this.#known.get(name)?.find(({ charges }) => isSame(charges, asked))
    if (known === undefined) return undefined
    // A denial by the quota would begin a block, and that is counted in Redis.
    if (rule !== undefined && known.finding.kind === 'quota') return undefined
    const now = this.#clock.now()
    if (now < known.until && this.#isBelieved(known, now)) {
      return decisionFrom(key, later(known.finding, Math.floor(now - known.receivedAt)))
    }
    this.#known.delete(name)
    return undefined
  }

  readonly #listener = {
    lifted: (name: string): void => {
      this.#liftedAt = this.#clock.now()
      this.forget(name)
    },
    missed: (): void => {
      this.#heardFrom = this.#clock.now()
    },
  }

  /** Another node's lift of it would have been heard, or there was hardly time for one. */
  #isBelieved({ isCurrent, sentAt }: Known, now: number): boolean {
    return now - sentAt < unvouchedMs || (isCurrent && sentAt >= this.#heardFrom && this.#lifts.isHeard())
  }
}

function isSame(one: readonly Charge[], other: readonly Charge[]): boolean {
  if (one === other) return true
  return (
    one.length === other.length &&
    one.every((charge, index) => {
      const { policy, units } = other[index] ?? charge
      return charge.units === units && isSamePolicy(charge.policy, policy)
    })
  )
}

function isSamePolicy(one: Policy, other: Policy): boolean {
  if (one === other) return true
  return (
    one.name === other.name &&
    one.algorithm === other.algorithm &&
    one.limit === other.limit &&
    one.windowMs === other.windowMs &&
    one.burst === other.burst
  )
}

/** The same finding some time on. */
function later(finding: Finding, elapsedMs: number): Finding {
  const now = finding.now + elapsedMs
  return {
    // The block that a denial began is one that stands.
    kind: finding.kind === 'punished' ? 'blocked' : finding.kind,
    until: finding.until,
    now,
    policies: finding.policies.map((policy) => policyLater(policy, now, elapsedMs)),
  }
}

function policyLater(policy: PolicyDecision, now: number, elapsedMs: number): PolicyDecision {
  const waitMs = policy.retryAfterMs === undefined ? 0 : policy.retryAfterMs - elapsedMs
  const times = { resetAt: Math.max(policy.resetAt, now), nextAt: Math.max(policy.nextAt, now) }
  return waitMs > 0
    ? { ...policy, ...times, retryAfterMs: waitMs }
    : { ...policy, ...times, allowed: true, retryAfterMs: undefined }
}
