/** The leases behind a fleet's permits: taken, renewed while their holders run, given back, and done without in need. */
import { guardOf } from '../guard/backend-guard.ts'
import { GuardedWay } from '../guard/guarded-way.ts'
import type { BackendUser } from '../guard/outage.ts'
import type { Backend } from '../ports/backend.ts'
import type { Clock } from '../ports/clock.ts'
import type { Lease, LockStore } from '../ports/lock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

export interface PermitLeasesOptions {
  readonly backend: Backend
  /** What all processes call it. */
  readonly key: string
  readonly max: number
  readonly user: BackendUser
}

/** What stands behind one permit: its lease, as long as there is one. */
export interface Holding {
  /** Undefined where the backend did not answer: then only this process counts it. */
  lease: Lease | undefined
  renewedAt: number
  isOver: boolean
}

/** The life of a lease without renewal: so long are the permits of a process that died missing. */
const leaseMs = 10_000

const renewMs = 2_500

/** The longest that a request waits for the backend. */
const timeoutMs = 100

/** How long after a failure giving back a lease is tried again. */
const againMs = 1_000

export class PermitLeases {
  readonly #locks: LockStore
  readonly #clock: Clock
  readonly #options: PermitLeasesOptions
  readonly #way: GuardedWay
  readonly #holdings = new Set<Holding>()
  #isRenewing = false

  constructor(options: PermitLeasesOptions) {
    this.#options = options
    this.#locks = options.backend.locks
    this.#clock = options.backend.clock
    this.#way = new GuardedWay(guardOf(options.backend), 'locks', options.user)
  }

  /** Undefined when all are taken. Never rejects: where the backend does not answer, the holding has no lease. */
  async take(): Promise<Holding | undefined> {
    const holding: Holding = { lease: undefined, renewedAt: this.#clock.now(), isOver: false }
    const isGranted = await this.#lease(holding).catch(() => true)
    if (!isGranted) return undefined
    this.#holdings.add(holding)
    this.#renewLater()
    return holding
  }

  /** Resolves when others may have it, or when the backend did not take it: that is tried again later. Never rejects. */
  async giveBack(holding: Holding): Promise<void> {
    holding.isOver = true
    this.#holdings.delete(holding)
    if (holding.lease !== undefined) await this.#release(holding.lease, leaseMs)
  }

  /** @param leftMs until the lease ends by itself; for so long it is tried again. */
  async #release(lease: Lease, leftMs: number): Promise<void> {
    try {
      await this.#ask('release', () => lease.release(), asItIs)
    } catch {
      if (leftMs > 0) this.#clock.schedule(againMs, () => void this.#release(lease, leftMs - againMs))
    }
  }

  /** Asks for a lease for this holding; false when all are taken. Rejects where the backend does not answer. */
  async #lease(holding: Holding): Promise<boolean> {
    const { key, max } = this.#options
    let asked: MaybePromise<Lease | undefined>
    const use = (lease: Lease | undefined): boolean => {
      if (lease === undefined) return false
      // The permit may be over by now, or the answer to a later question came first.
      if (holding.isOver || holding.lease !== undefined) {
        void this.giveBack({ ...holding, lease })
      } else {
        holding.lease = lease
        holding.renewedAt = this.#clock.now()
      }
      return true
    }
    try {
      return use(
        await this.#ask(
          'acquire',
          () => {
            asked = this.#locks.acquire(key, leaseMs, max)
            return asked
          },
          leaseOrNone,
        ),
      )
    } catch (error) {
      // What is granted too late belongs to the permit that was given without.
      Promise.resolve(asked).then(leaseOrNone).then(use).catch(ignore)
      throw error
    }
  }

  #renewLater(): void {
    if (this.#isRenewing) return
    this.#isRenewing = true
    this.#clock.schedule(renewMs, () => {
      this.#isRenewing = false
      for (const holding of this.#holdings) void this.#renew(holding).catch(ignore)
      if (this.#holdings.size > 0) this.#renewLater()
    })
  }

  async #renew(holding: Holding): Promise<void> {
    const now = this.#clock.now()
    const { lease } = holding
    if (lease !== undefined) {
      if (now - holding.renewedAt < renewMs) return
      if (await this.#ask('renew', () => lease.renew(leaseMs), isTrue)) {
        holding.renewedAt = now
        return
      }
      // Lost with the backend's memory, or held up too long: what still runs takes another one.
      holding.lease = undefined
    }
    if (!holding.isOver) await this.#lease(holding)
  }

  /** Rejects when the backend is away, or does not answer in time. */
  async #ask<Raw, Value>(
    operation: string,
    call: () => MaybePromise<Raw>,
    read: (raw: Raw) => Value,
  ): Promise<Value> {
    const way = this.#way
    if (!way.isSound && !way.admits(operation)) throw way.refusal(operation)
    return way.hear((async () => call())(), { operation, timeoutMs, read })
  }
}

/** @throws TypeError for an answer that is no lease. */
function leaseOrNone(answer: Lease | undefined): Lease | undefined {
  if (answer === undefined) return undefined
  const lease = answer as Partial<Lease> | null
  if (typeof lease?.renew === 'function' && typeof lease.release === 'function') return answer
  throw new TypeError('the backend answered with something that is no lease')
}

function isTrue(answer: unknown): boolean {
  return answer === true
}

function asItIs(): void {}

function ignore(): void {}
