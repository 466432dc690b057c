/** Quotas counted in Redis: one round trip for all that is decided in a tick, none for keys that are known to be denied. */
import type {
  BlockRule,
  Charge,
  Clock,
  Decision,
  MaybePromise,
  Policy,
  PolicyDecision,
  RateLimitStore,
  RateLimitStoreStats,
} from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisClock } from '../redis-clock.ts'
import { decisionFrom, readFinding, readInstant } from './answers.ts'
import { Batcher } from './batcher.ts'
import { KeyNames, type KeyName } from './key-names.ts'
import { KnownDenials, type Denied } from './known-denials.ts'
import type { Lifts } from './lifts.ts'
import { adjustPlan, blockPlan, consumePlan, peekPlan, resetPlan, unblockPlan, type Plan } from './plans.ts'
import { LimitsScripts, type ScriptTime } from './script/limits-script.ts'
import { Tickets } from './tickets.ts'

export interface RedisRateLimitStoreOptions {
  readonly connection: Connection
  readonly prefix: string
  /** Learns the server's time with every decision. */
  readonly clock: RedisClock
  /** The clock of this process. */
  readonly local: Clock
  readonly lifts: Lifts
  /** Lua that tells the time; for tests. Default: the server is asked. */
  readonly time?: ScriptTime
}

/**
 * Decides as the memory store does. Rejects when Redis does not answer in time: whether it counted is not known then, and it
 * is not asked again.
 */
export class RedisRateLimitStore implements RateLimitStore {
  readonly #names: KeyNames
  readonly #denials: KnownDenials
  readonly #batcher: Batcher
  readonly #lifts: Lifts

  constructor(options: RedisRateLimitStoreOptions) {
    const { connection, prefix, clock, local } = options
    this.#names = new KeyNames(prefix)
    this.#denials = new KnownDenials(local, options.lifts)
    this.#lifts = options.lifts
    const { mayResend: isOnce, timeoutMs } = connection
    this.#batcher = new Batcher({
      connection,
      clock: local,
      scripts: new LimitsScripts({ time: options.time, isOnce }),
      tickets: isOnce ? new Tickets({ prefix, clock, timeoutMs }) : undefined,
      learn: (now, sentAt, receivedAt) => clock.learn(now, sentAt, receivedAt),
    })
  }

  consume(group: string, key: string, charges: readonly Charge[], block?: BlockRule): MaybePromise<Decision> {
    const name = this.#names.of(group, key)
    return (
      this.#denials.decide(name.text, key, charges, block) ?? this.#consumeInRedis(name, key, charges, block)
    )
  }

  peek(group: string, key: string, charges: readonly Charge[]): Promise<Decision> {
    const plan = peekPlan(charges)
    return new Promise((resolve, reject) => {
      this.#batcher.ask({
        name: this.#names.of(group, key),
        plan,
        policies: charges.length,
        answered: (reply, at, { now }) =>
          resolve(decisionFrom(key, readFinding(charges, plan, { reply, at, now }))),
        failed: reject,
      })
    })
  }

  async adjust(
    group: string,
    key: string,
    charges: readonly Charge[],
    charged?: readonly PolicyDecision[],
  ): Promise<void> {
    const adjusted = charges.filter(
      ({ policy, units }) =>
        units !== 0 && (charged === undefined || charged.some(({ name }) => name === policy.name)),
    )
    if (adjusted.length > 0) await this.#change(group, key, adjustPlan(adjusted, charged))
  }

  reset(group: string, key: string, policies: readonly Policy[]): Promise<void> {
    return this.#change(group, key, resetPlan(policies))
  }

  block(group: string, key: string, durationMs: number): Promise<void> {
    return this.#change(group, key, blockPlan(durationMs))
  }

  unblock(group: string, key: string): Promise<void> {
    return this.#change(group, key, unblockPlan)
  }

  /** Keys whose names are remembered; the counters themselves are not in this process. */
  stats(): RateLimitStoreStats {
    return { keys: this.#names.size, evictions: 0 }
  }

  /** For tests: from now on Redis is asked about every key again, and none is denied from memory. */
  forgetDenials(): void {
    this.#denials.forgetAll()
  }

  #consumeInRedis(
    name: KeyName,
    key: string,
    charges: readonly Charge[],
    block: BlockRule | undefined,
  ): Promise<Decision> {
    const plan = consumePlan(charges, block)
    return new Promise((resolve, reject) => {
      this.#batcher.ask({
        name,
        plan,
        policies: charges.length,
        answered: (reply, at, call) => {
          const finding = readFinding(charges, plan, { reply, at, now: call.now })
          const decision = decisionFrom(key, finding)
          if (!decision.allowed) this.#noteDenial(name, { charges, finding, ...call }, decision)
          // The charge makes costs that were denied before wait longer than is remembered.
          else this.#denials.forget(name.text)
          resolve(decision)
        },
        failed: reject,
      })
    })
  }

  #noteDenial(name: KeyName, denied: Denied, { retryAfterMs }: Decision): void {
    const { finding } = denied
    // Of a blocked key nothing is known beyond the end of its block: its quota may be there again by then.
    const waitMs = finding.kind === 'quota' ? retryAfterMs : finding.until - finding.now
    this.#denials.note(name.text, denied, waitMs)
  }

  /** Forgets what is remembered of the key before and after: a denial that was on its way may have been noted meanwhile. */
  async #change(group: string, key: string, plan: Plan): Promise<void> {
    const name = this.#names.of(group, key)
    this.#denials.forget(name.text)
    const deniedForMs = await new Promise<number>((resolve, reject) => {
      this.#batcher.ask({
        name,
        plan,
        policies: 0,
        answered: (reply, at, { now }) => resolve(readInstant(reply, at) - now),
        failed: reject,
      })
    })
    this.#denials.forget(name.text)
    if (deniedForMs > 0) await this.#lifts.tell(name.text, deniedForMs)
  }
}
