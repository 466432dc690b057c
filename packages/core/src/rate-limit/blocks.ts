/** Keys that are kept out for a time, whatever their quota, and how their blocks grow. */
import type { BlockRule, DeniedDecision, PolicyDecision } from '../ports/rate-limit-store.ts'

export interface Block {
  /** The key is kept out until then. */
  readonly until: number
  /** Length of the latest block that a rule asked for; 0 when there was none. */
  readonly lengthMs: number
  /** From then on the key counts as clean, and nothing needs to be remembered. */
  readonly cleanAt: number
}

/** How many of the oldest are looked at when room is needed: bounded work per request. */
const looksForRoom = 32

export class Blocks {
  readonly #maxKeys: number
  readonly #blocks = new Map<string, Block>()

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#blocks.size
  }

  /** Until when the key is kept out; 0 when it is not. */
  until(key: string): number {
    return this.#blocks.get(key)?.until ?? 0
  }

  /** Keeps the key out after a denial; returns until when. */
  punish(key: string, rule: BlockRule, now: number): number {
    const block = punishedBlock(this.#blocks.get(key), rule, now)
    return this.#set(key, block, now) ? block.until : now
  }

  block(key: string, durationMs: number, now: number): void {
    this.#set(key, prolongedBlock(this.#blocks.get(key), durationMs, now), now)
  }

  /** Lets the key in again; how far its blocks have grown is not forgotten. */
  unblock(key: string, now: number): void {
    const block = this.#blocks.get(key)
    if (block === undefined) return
    const lifted = liftedBlock(block, now)
    if (lifted === undefined) this.#blocks.delete(key)
    else this.#blocks.set(key, lifted)
  }

  forget(key: string): void {
    this.#blocks.delete(key)
  }

  /** False when there is no room: a standing block is never given up for a new one. */
  #set(key: string, block: Block, now: number): boolean {
    if (!this.#blocks.has(key) && this.#blocks.size >= this.#maxKeys && !this.#makeRoom(now)) return false
    // Set anew, the key goes to the end: the oldest stand first.
    this.#blocks.delete(key)
    this.#blocks.set(key, block)
    return true
  }

  #makeRoom(now: number): boolean {
    let looked = 0
    let lifted: string | undefined
    for (const [key, block] of this.#blocks) {
      if (block.cleanAt <= now) return this.#blocks.delete(key)
      if (block.until <= now) lifted ??= key
      if (++looked === looksForRoom) break
    }
    return lifted !== undefined && this.#blocks.delete(lifted)
  }
}

/** The block after one more denial: longer than the one before, if the key is not clean again. */
export function punishedBlock(before: Block | undefined, rule: BlockRule, now: number): Block {
  const grown = before !== undefined && now < before.cleanAt ? before.lengthMs * rule.factor : 0
  const lengthMs = Math.round(Math.min(rule.maxMs, Math.max(rule.blockMs, grown)))
  const until = now + lengthMs
  return { until, lengthMs, cleanAt: until + rule.maxMs }
}

/** The block of a key that is kept out by hand. */
export function prolongedBlock(before: Block | undefined, durationMs: number, now: number): Block {
  const until = now + durationMs
  // Once the key is clean again, nothing of its blocks counts any more.
  if (before === undefined || before.cleanAt <= now) return { until, lengthMs: 0, cleanAt: until }
  return { until, lengthMs: before.lengthMs, cleanAt: Math.max(until, before.cleanAt) }
}

/** What is remembered of a block that was lifted: how far it has grown. */
export function liftedBlock(block: Block, now: number): Block | undefined {
  return block.lengthMs > 0 && block.cleanAt > now ? { ...block, until: now } : undefined
}

/** A denial because of a block: nothing is left for anybody who is kept out, whatever the quotas say. */
export function blockedDecision(
  key: string,
  policies: readonly PolicyDecision[],
  { until, now }: { readonly until: number; readonly now: number },
): DeniedDecision {
  const waitMs = until - now
  const denied = policies.map((policy): PolicyDecision => ({
    name: policy.name,
    allowed: false,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: 0,
    resetAt: Math.max(policy.resetAt, until),
    nextAt: Math.max(policy.nextAt, until),
    retryAfterMs: Math.max(policy.retryAfterMs ?? 0, waitMs),
    chargedWindow: policy.chargedWindow,
  }))
  const { limit, resetAt } = denied.reduce((a, b) => (b.limit < a.limit ? b : a))
  const retryAfterMs = Math.max(waitMs, ...denied.map((policy) => policy.retryAfterMs ?? 0))
  const allowed = false
  const source = 'backend'
  const reason = 'blocked'
  return retryAfterMs === Infinity
    ? { allowed, limit, remaining: 0, resetAt, key, policies: denied, source, reason }
    : { allowed, limit, remaining: 0, resetAt, retryAfterMs, key, policies: denied, source, reason }
}
