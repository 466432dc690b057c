/** Quotas counted on disk: the rules of memory, each decision in one step that no other process can come between. */
import {
  algorithms,
  blockedDecision,
  decisionOf,
  fits,
  judge,
  judgeCharge,
  liftedBlock,
  prolongedBlock,
  punishedBlock,
  type BlockRule,
  type Charge,
  type Clock,
  type Decision,
  type DeniedDecision,
  type Moment,
  type Policy,
  type PolicyDecision,
  type RateLimitStore,
  type RateLimitStoreStats,
  type State,
} from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { nameOfPair } from '../environment/names.ts'
import type { Upkeep } from '../environment/upkeep.ts'
import { blankState, KeyRecord, type Counter } from './key-record.ts'
import { KeyRecords } from './key-records.ts'

export interface DiskRateLimitStoreOptions {
  readonly environment: Environment
  readonly clock: Clock
  readonly upkeep: Upkeep
  /** Default a million; fewer are for tests. */
  readonly maxKeys?: number
}

/** One key within one step. */
interface Asked {
  readonly name: Buffer
  readonly now: number
  /** Undefined for a key of which nothing is kept. */
  readonly record: KeyRecord | undefined
}

/** Every answer comes at once. Throws when the disk takes no writes. */
export class DiskRateLimitStore implements RateLimitStore {
  readonly #environment: Environment
  readonly #clock: Clock
  readonly #upkeep: Upkeep
  readonly #records: KeyRecords

  constructor(options: DiskRateLimitStoreOptions) {
    this.#environment = options.environment
    this.#clock = options.clock
    this.#upkeep = options.upkeep
    this.#records = new KeyRecords(options.environment, options.maxKeys ?? 1_000_000)
    options.upkeep.add(() => this.#records.sweep(this.#now()))
  }

  consume(group: string, key: string, charges: readonly Charge[], rule?: BlockRule): Decision {
    return this.#step(nameOfPair(group, key), (asked) => {
      const decision = this.#decide(key, charges, asked)
      if (decision !== undefined) {
        return rule === undefined || decision.allowed || decision.reason === 'blocked'
          ? decision
          : this.#punish(decision, rule, asked)
      }
      // A new key that there is no room for is counted together with others: denied too early perhaps, never unlimited.
      const shared = this.#ask(this.#records.sharedName(asked.name), asked.now)
      return this.#decide(key, charges, { ...shared, record: shared.record ?? new KeyRecord() }) as Decision
    })
  }

  peek(group: string, key: string, charges: readonly Charge[]): Decision {
    return this.#step(nameOfPair(group, key), (asked) => {
      const policies = judgeAll(charges, asked)
      const until = asked.record?.block?.until ?? 0
      return until > asked.now
        ? blockedDecision(key, policies, { until, now: asked.now })
        : decisionOf(key, policies)
    })
  }

  adjust(group: string, key: string, charges: readonly Charge[], charged?: readonly PolicyDecision[]): void {
    this.#step(nameOfPair(group, key), (asked) => {
      const { record, now } = asked
      if (record === undefined) return
      for (const { policy, units } of charges) {
        const counter = record.counter(policy)
        const receipt = charged?.find(({ name }) => name === policy.name)
        if (counter === undefined || units === 0 || (charged !== undefined && receipt === undefined)) continue
        const moment = { policy, now }
        algorithms[policy.algorithm].adjust(counter.state, moment, {
          units,
          window: receipt?.chargedWindow,
        })
        const standing = judge(algorithms[policy.algorithm], counter.state, moment, 0)
        record.isExhausted = standing.remaining === 0
        prolong(counter, moment, standing)
      }
      this.#put(asked, record)
    })
  }

  reset(group: string, key: string, policies: readonly Policy[]): void {
    this.#step(nameOfPair(group, key), (asked) => {
      if (asked.record === undefined) return
      asked.record.forget(policies)
      asked.record.block = undefined
      asked.record.isExhausted = false
      this.#put(asked, asked.record)
    })
  }

  block(group: string, key: string, durationMs: number): void {
    this.#step(nameOfPair(group, key), (asked) => {
      const record = asked.record ?? new KeyRecord()
      record.block = prolongedBlock(record.block, durationMs, asked.now)
      this.#put(asked, record)
    })
  }

  unblock(group: string, key: string): void {
    this.#step(nameOfPair(group, key), (asked) => {
      if (asked.record?.block === undefined) return
      asked.record.block = liftedBlock(asked.record.block, asked.now)
      this.#put(asked, asked.record)
    })
  }

  /** Of a file that was closed, nothing: whoever watches is not to fail because it is over. */
  stats(): RateLimitStoreStats {
    const { isClosed } = this.#environment
    const keys = isClosed ? 0 : this.#environment.write(() => this.#records.size)
    return { keys, evictions: this.#records.evictions }
  }

  /** Undefined when it is a new key to be charged, and there is no room for one. */
  #decide(key: string, charges: readonly Charge[], asked: Asked): Decision | undefined {
    const { now } = asked
    const until = asked.record?.block?.until ?? 0
    if (until > now) return blockedDecision(key, judgeAll(charges, asked), { until, now })
    const isAdmitted = charges.every(({ policy, units }) =>
      fits(algorithms[policy.algorithm], stateOf(asked, policy), { policy, now }, units),
    )
    const isCharged = isAdmitted && charges.some(({ units }) => units > 0)
    if (isCharged && asked.record === undefined && !this.#records.hasRoom(now)) return undefined
    if (!isCharged) {
      const decision = decisionOf(key, judgeAll(charges, asked))
      this.#noteDenial(decision, asked)
      return decision
    }
    const record = asked.record ?? new KeyRecord()
    const policies = charges.map(({ policy, units }) => charge(record, policy, units, now))
    const decision = decisionOf(key, policies)
    record.isExhausted = decision.remaining === 0
    this.#put(asked, record)
    return decision
  }

  /** That the key is exhausted is written down once: later denials write nothing. */
  #noteDenial(decision: Decision, asked: Asked): void {
    const { record } = asked
    if (decision.allowed || record === undefined || record.isExhausted) return
    record.isExhausted = true
    this.#put(asked, record)
  }

  /** The denial as it stands once the key is kept out: no wait shorter than the block helps. */
  #punish(decision: DeniedDecision, rule: BlockRule, asked: Asked): Decision {
    const { now } = asked
    const record = asked.record ?? new KeyRecord()
    record.block = punishedBlock(record.block, rule, now)
    this.#put(asked, record)
    const { until } = record.block
    if (until <= now) return decision
    return { ...blockedDecision(decision.key, decision.policies, { until, now }), reason: 'quota' }
  }

  #step<T>(name: Buffer, step: (asked: Asked) => T): T {
    this.#upkeep.used()
    // Asked only once no other process writes: then no decision is older than the one before it.
    return this.#environment.write(() => step(this.#ask(name, this.#now())))
  }

  #ask(name: Buffer, now: number): Asked {
    return { name, now, record: this.#records.get(name, now) }
  }

  #put({ name, now, record: before }: Asked, record: KeyRecord): void {
    this.#records.put(name, record, { now, isNew: before === undefined })
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }
}

function stateOf({ record, now }: Asked, policy: Policy): State {
  return record?.counter(policy)?.state ?? blankState(policy, now)
}

function judgeAll(charges: readonly Charge[], asked: Asked): readonly PolicyDecision[] {
  return charges.map(({ policy, units }) =>
    judge(algorithms[policy.algorithm], stateOf(asked, policy), { policy, now: asked.now }, units),
  )
}

/** Of a charge that fits. */
function charge(record: KeyRecord, policy: Policy, units: number, now: number): PolicyDecision {
  const moment = { policy, now }
  const counter = record.counter(policy)
  const state = counter?.state ?? blankState(policy, now)
  const decision = judgeCharge(algorithms[policy.algorithm], state, moment, units)
  if (units > 0) prolong(counter ?? record.add(policy, state), moment, decision)
  return decision
}

/** A charge can be corrected for as long as it counts, at most: a window, or what an empty bucket takes to fill. */
function prolong(counter: Counter, { policy, now }: Moment, { resetAt }: PolicyDecision): void {
  const { burst, limit, windowMs } = policy
  const correctableMs = limit > 0 ? Math.ceil(windowMs * Math.max(1, burst / limit)) : windowMs
  counter.endsAt = Math.max(counter.endsAt, resetAt, now + correctableMs)
}
