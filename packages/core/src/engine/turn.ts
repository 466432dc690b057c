/** One flight's way through the fleet: it leads, or another node does and it waits for what that one stores. */
import type { Undo } from '../ports/clock.ts'
import type { Lease } from '../ports/lock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Ear } from './ear.ts'
import type { Fleet } from './fleet.ts'
import { HeldLease } from './held-lease.ts'
import type { Word } from './word.ts'

/**
 * What the store says when it is asked again. `nothing`: still a miss. `again`: what is there changes what is looked for.
 * `alone`: another node's value, which is not for this one. `unreadable`: the store does not answer.
 */
export type Look<Found> =
  | { readonly type: 'found'; readonly found: Found }
  | { readonly type: 'nothing' | 'again' | 'alone' | 'unreadable' }

/**
 * `lead`: make the value; `hasWaited` tells that another led before. `held`: another leads, and this one does not wait.
 * `failed`: another led and failed with `status`; what was stored before may stand in.
 */
export type TurnEnd<Found> =
  | { readonly type: 'lead'; readonly hasWaited: boolean }
  | { readonly type: 'found'; readonly found: Found }
  | { readonly type: 'again' | 'alone' | 'held' }
  | { readonly type: 'failed'; readonly status: number }

export interface TurnOptions<Found> {
  readonly fleet: Fleet
  /** Without spaces. */
  readonly key: string
  /** The longest that others wait for a holder that died. */
  readonly leaseMs: number
  /** The most that one question to the backend may take. */
  readonly timeoutMs: number
  /** Whether it waits while another leads. */
  readonly waits: boolean
  /** Whether the store had nothing at all when it was asked a moment ago. */
  readonly isCold: boolean
  readonly look: () => MaybePromise<Look<Found>>
  /** Whether the key is known by now as one whose values cannot be shared. */
  readonly isPassed: () => boolean
  /** Told when the bound on waiting is reached, while leading as while waiting. Must end the flight. */
  readonly overdue: () => void
}

/** Nobody waits longer than this, or the lease where that is longer: a leader that takes longer counts as hung. */
const mostWaitMs = 30_000

/** The pace at which those who hear nothing look for themselves. */
const longestPaceMs = 500

/** How often something may be made in vain before everybody makes it for itself. */
const mostInVain = 2

export class Turn<Found> {
  readonly outcome: Promise<TurnEnd<Found>>
  readonly #options: TurnOptions<Found>
  readonly #ear: Ear
  readonly #paceMs: number
  readonly #stopClock: Undo
  #lease: HeldLease | undefined
  #isOver = false

  constructor(options: TurnOptions<Found>) {
    this.#options = options
    const { fleet, key, leaseMs } = options
    this.#paceMs = Math.min(longestPaceMs, Math.ceil(leaseMs / 10))
    this.#stopClock = fleet.clock.schedule(Math.max(mostWaitMs, leaseMs), options.overdue)
    this.#ear = fleet.listen(key)
    this.outcome = this.#take().catch(() => ({ type: 'lead', hasWaited: true }))
  }

  /** Tells that the flight is over, and how: the lease is given up, and the other nodes hear of it. */
  ended(word: Word): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopClock()
    const { fleet, key, isPassed } = this.#options
    fleet.forget(key, this.#ear)
    this.#ear.hear('alone')
    const lease = this.#lease
    if (lease === undefined) return
    const said = word === 'alone' && isPassed() ? 'passed' : word
    const released = lease.release()
    // An heir finds the lease free. Who is served, or goes on alone, needs none.
    if (said === 'free' || said === 'again') void released.then(() => fleet.say(key, said))
    else fleet.say(key, said)
  }

  async #take(): Promise<TurnEnd<Found>> {
    const end = await this.#tryToLead(false)
    if (end !== undefined) return end
    return this.#options.waits ? await this.#wait() : { type: 'held' }
  }

  async #wait(): Promise<TurnEnd<Found>> {
    let paceMs = this.#paceMs / 5
    for (let inVain = 0; ;) {
      const heard = await this.#ear.next(paceMs)
      paceMs = Math.min(this.#paceMs, paceMs * 2)
      if (heard === 'alone' || heard === 'passed') return { type: 'alone' }
      if (heard.startsWith('failed ')) return { type: 'failed', status: Number(heard.slice(7)) }
      if (heard === 'again' && ++inVain === mostInVain) return { type: 'alone' }
      const seen = heard === 'free' ? undefined : await this.#look()
      const end = seen ?? (await this.#tryToLead(true))
      if (end !== undefined) return end
    }
  }

  /** Undefined when another node leads. */
  async #tryToLead(hasWaited: boolean): Promise<TurnEnd<Found> | undefined> {
    const { fleet, key, leaseMs, timeoutMs } = this.#options
    // A little less than the lease, so that its end is noticed within it.
    const ttlMs = Math.max(1, leaseMs - 2 * this.#paceMs)
    const lease = await fleet.acquire(key, ttlMs, timeoutMs)
    if (lease === 'held') return undefined
    if (lease === 'failed') return { type: 'lead', hasWaited }
    const held = new HeldLease(lease, { clock: fleet.clock, ttlMs, timeoutMs })
    if (this.#isOver) {
      void held.release().then(() => fleet.say(key, 'free'))
      return { type: 'alone' }
    }
    this.#lease = held
    if (!hasWaited && this.#knowsEnough(lease)) return { type: 'lead', hasWaited }
    // Another may have landed between the last look and the lease.
    return (await this.#look()) ?? { type: 'lead', hasWaited }
  }

  /** Whether nobody can have landed since the look that came before: it and the lease took no longer than calls may. */
  #knowsEnough({ freeForMs = 0 }: Lease): boolean {
    const { isCold, timeoutMs } = this.#options
    return isCold && freeForMs > 2 * timeoutMs
  }

  async #look(): Promise<TurnEnd<Found> | undefined> {
    const look = await this.#options.look()
    switch (look.type) {
      case 'found':
        return look
      case 'unreadable':
        return { type: 'lead', hasWaited: true }
      case 'nothing':
        return undefined
      default:
        return { type: look.type }
    }
  }
}
