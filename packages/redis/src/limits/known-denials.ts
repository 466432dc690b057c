/** Keys that are known to be denied until some instant: nobody needs to ask Redis about them before. */
import {
  decisionOf,
  type BlockRule,
  type Charge,
  type Clock,
  type Decision,
  type Policy,
  type PolicyDecision,
} from '@forebay/core'
import { decisionFrom, type Finding } from './answers.ts'
import type { Lifts } from './lifts.ts'

/** How many keys are remembered; the one that was noted longest ago is forgotten first. */
const mostKeys = 50_000

/** How many denials of one key are remembered, for different charges: how long one cost has to wait says nothing of another. */
const mostCharges = 4

/** How long a charge that could never fit is denied from memory: other charges of its key change what else is said of it. */
const hopelessMs = 1_000

/** How long a denial is believed even if a lift by another node may not be heard. */
const unvouchedMs = 500

/** How long the answer is remembered that lifts are heard: asking the bus for every denial would cost more than denying. */
const vouchedMs = 10

export interface Denied {
  readonly charges: readonly Charge[]
  readonly finding: Finding
  /** On the local clock, as `receivedAt`: when the question was sent. */
  readonly sentAt: number
  readonly receivedAt: number
}

interface Known extends Denied {
  /** On the local clock: from then on the key may be admitted, so Redis is asked. Counted from `sentAt`: never too late. */
  readonly until: number
  /** Whether no lift was heard between the question and its answer: it might have come after the decision. */
  readonly isCurrent: boolean
}

/** Every step takes the same time, however many keys are known. */
export class KnownDenials {
  readonly #clock: Clock
  readonly #lifts: Lifts
  readonly #known = new Map<string, readonly Known[]>()
  /** Lifts before this instant may have been missed. */
  #heardFrom = -Infinity
  #liftedAt = -Infinity
  /** When the bus last said that lifts are heard. */
  #vouchedAt = -Infinity

  constructor(clock: Clock, lifts: Lifts) {
    this.#clock = clock
    this.#lifts = lifts
  }

  get size(): number {
    return this.#known.size
  }

  /** Remembers a denial until `waitMs` after it was asked for; for a while where it could never fit (undefined). */
  note(name: string, denied: Denied, waitMs: number = hopelessMs): void {
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
    if (this.#known.size === 0) return undefined
    const known = ofCharges(this.#known.get(name), asked)
    if (known === undefined) return undefined
    // A denial by the quota would begin a block, and that is counted in Redis.
    if (rule !== undefined && known.finding.kind === 'quota') return undefined
    const now = this.#clock.now()
    if (now < known.until && this.#isBelieved(known, now)) {
      return laterDecision(key, known.finding, Math.floor(now - known.receivedAt))
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

  /** A denial is believed for a moment anyway, and for longer only if a lift by another node would have been heard. */
  #isBelieved({ isCurrent, sentAt }: Known, now: number): boolean {
    if (now - sentAt < unvouchedMs) return true
    return isCurrent && sentAt >= this.#heardFrom && this.#isHeard(now)
  }

  #isHeard(now: number): boolean {
    if (now - this.#vouchedAt < vouchedMs && now >= this.#vouchedAt) return true
    if (!this.#lifts.isHeard()) return false
    this.#vouchedAt = now
    return true
  }
}

function ofCharges(known: readonly Known[] | undefined, asked: readonly Charge[]): Known | undefined {
  if (known === undefined) return undefined
  for (const one of known) if (isSame(one.charges, asked)) return one
  return undefined
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

/** The decision that follows from the same finding `elapsedMs` later. */
function laterDecision(key: string, finding: Finding, elapsedMs: number): Decision {
  const now = finding.now + elapsedMs
  const policies: PolicyDecision[] = []
  for (const policy of finding.policies) policies.push(policyLater(policy, now, elapsedMs))
  // The block that a denial began is one that stands.
  const kind = finding.kind === 'punished' ? 'blocked' : finding.kind
  return kind === 'quota' ? decisionOf(key, policies) : decisionFrom(key, { ...finding, kind, now, policies })
}

/** Written out: a denied key may come very often, and a spread costs many times as much. */
function policyLater(policy: PolicyDecision, now: number, elapsedMs: number): PolicyDecision {
  const waitMs = policy.retryAfterMs === undefined ? 0 : policy.retryAfterMs - elapsedMs
  const isDenied = waitMs > 0
  return {
    name: policy.name,
    allowed: !isDenied,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: policy.remaining,
    resetAt: Math.max(policy.resetAt, now),
    nextAt: Math.max(policy.nextAt, now),
    retryAfterMs: isDenied ? waitMs : undefined,
    chargedWindow: policy.chargedWindow,
  }
}
