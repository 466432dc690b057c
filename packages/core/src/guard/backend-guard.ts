/** What stands in front of one backend, for all limiters and caches on it: circuits, a probe, the end of outages. */
import type { Backend } from '../ports/backend.ts'
import type { Clock } from '../ports/clock.ts'
import { Circuit, type CircuitState } from './circuit.ts'
import { withDeadline } from './deadline.ts'
import { MissedInvalidations } from './missed-invalidations.ts'
import { Outage, saysClosed, type BackendUser } from './outage.ts'

export type GuardedBackend = Pick<Backend, 'kind' | 'shared' | 'clock' | 'entries' | 'health'>

/** The parts of a backend that may fail by themselves: a store that is full can still be read. */
export type BackendPart = 'limits' | 'reads' | 'stamps' | 'writes' | 'locks'

/** How often a backend that is away is asked how it is; no more once nobody has wanted anything of it for `interestMs`. */
const probeMs = 250
const interestMs = 60_000

/** A probe has to answer within this, or within the longest `timeout` (up to a second) that a limiter or cache on it has. */
const leastPatienceMs = 100
const mostPatienceMs = 1_000

/**
 * A request may ask several times, and is to wait in vain only once. So for `hastyMs` after a call without an answer, further
 * calls are given only `hasteFactor` times what answers usually take.
 */
const hastyMs = 250
const leastHasteMs = 10
const hasteFactor = 5

/** How much one answer counts in the running average of how long answers take. */
const weight = 1 / 8

interface HeardAnswer {
  readonly timeoutMs: number
  readonly tookMs: number
}

const atOnce: HeardAnswer = { timeoutMs: 0, tookMs: 0 }

/**
 * Nothing is asked of a backend while it is away, so nobody waits for it; `health()` tells when it is back. A backend
 * that says nothing at all while a call waits for its whole deadline is away with all its parts; one that refuses calls
 * is without the part that refuses.
 */
export class BackendGuard {
  readonly clock: Clock
  /** The clock of this process: durations are measured on it. */
  readonly local: Clock
  readonly outage: Outage
  /** Invalidations that the backend has not confirmed yet. */
  readonly missed: MissedInvalidations
  readonly #backend: GuardedBackend
  readonly #circuits: Readonly<Record<BackendPart, Circuit>>
  readonly #all: readonly Circuit[]
  #patienceMs = leastPatienceMs
  #answers = 0
  #wantedAt = -Infinity
  #isProbing = false
  #usualMs = 0
  #hastyUntil = -Infinity
  #isOver = false

  constructor(backend: GuardedBackend) {
    this.#backend = backend
    this.clock = backend.clock
    this.local = backend.clock.local ?? backend.clock
    this.outage = new Outage(backend.kind, backend.clock)
    const opened = (): void => this.wanted()
    const circuit = (): Circuit => new Circuit(opened)
    this.#circuits = {
      limits: circuit(),
      reads: circuit(),
      stamps: circuit(),
      writes: circuit(),
      locks: circuit(),
    }
    this.#all = Object.values(this.#circuits)
    this.missed = new MissedInvalidations({
      store: backend.entries,
      clock: backend.clock,
      writes: this.#circuits.writes,
    })
  }

  circuit(part: BackendPart): Circuit {
    return this.#circuits[part]
  }

  /** The worst of these parts. */
  state(...parts: readonly BackendPart[]): CircuitState {
    const states = parts.map((part) => this.#circuits[part].state)
    return states.find((state) => state === 'open') ?? states.find((state) => state !== 'closed') ?? 'closed'
  }

  /** How many answers were heard in time so far. */
  get answers(): number {
    return this.#answers
  }

  /** Somebody wanted something of the backend while it is away: the probe goes on. */
  wanted(): void {
    if (this.#isOver) return
    this.#wantedAt = this.local.now()
    this.#probeLater()
  }

  /** How long the next call is waited for, of the `timeoutMs` that its caller would wait. */
  patience(timeoutMs: number): number {
    if (this.#hastyUntil === -Infinity || timeoutMs > mostPatienceMs) return timeoutMs
    if (this.local.now() >= this.#hastyUntil) return timeoutMs
    return Math.min(timeoutMs, Math.max(leastHasteMs, Math.ceil(this.#usualMs * hasteFactor)))
  }

  /** @param timeoutMs how long its caller would have waited, and `tookMs` how long it did. */
  heard(circuit: Circuit, epoch: number, { timeoutMs, tookMs }: HeardAnswer): void {
    this.#answers++
    this.outage.answered()
    this.#usualMs += (tookMs - this.#usualMs) * weight
    if (timeoutMs > this.#patienceMs && timeoutMs <= mostPatienceMs) this.#patienceMs = timeoutMs
    const hadFailed = circuit.isFailing || !circuit.isClosed
    circuit.worked(epoch)
    if (hadFailed && circuit.isClosed) this.#lookForEnd()
  }

  /** Nothing was heard of a call within its deadline. @param answersBefore those heard when it was made. */
  missedDeadline(circuit: Circuit, epoch: number, answersBefore: number): void {
    this.#hastyUntil = this.local.now() + hastyMs
    const isSilent = epoch === circuit.epoch && answersBefore === this.#answers
    circuit.failed(epoch, false)
    if (isSilent) for (const each of this.#all) each.open()
  }

  /** A call failed, and whoever made it is told. What is closed is never asked again, not even how it is. */
  failed(user: BackendUser, operation: string, error: unknown): void {
    if (saysClosed(error) && !this.#isOver) {
      this.#isOver = true
      for (const circuit of this.#all) circuit.end()
    }
    this.outage.failed(user, operation, error)
  }

  /** An answer that came at once came from memory, and says nothing of a shared backend, unless that failed at once before. */
  workedAtOnce(circuit: Circuit): void {
    if (!this.#backend.shared || circuit.failedQuickly) this.heard(circuit, circuit.epoch, atOnce)
    else circuit.left()
  }

  #lookForEnd(): void {
    if (!this.#all.some((circuit) => circuit.isFailing)) this.outage.over()
  }

  #probeLater(): void {
    if (this.#isProbing) return
    this.#isProbing = true
    this.local.schedule(probeMs, () => void this.#probe())
  }

  async #probe(): Promise<void> {
    const isWell = await this.#isWell()
    this.#isProbing = false
    if (isWell) {
      const closed = this.#all.filter((circuit) => circuit.foundWell())
      this.missed.apply()
      // Nobody has asked for anything since: the word of `health()` has to do.
      if (closed.length > 0) this.#lookForEnd()
    }
    if (this.#isOver) return
    const isWanted = !this.missed.isEmpty || this.local.now() - this.#wantedAt < interestMs
    if (isWanted && this.#all.some((circuit) => !circuit.isClosed)) this.#probeLater()
  }

  async #isWell(): Promise<boolean> {
    try {
      const health = await withDeadline(this.#backend.health(), this.#patienceMs, this.local)
      if (health.ok) this.outage.answered()
      else this.outage.explained(health.detail)
      return health.ok
    } catch {
      return false
    }
  }
}

const guards = new WeakMap<object, BackendGuard>()

/** The one guard of a backend. */
export function guardOf(backend: GuardedBackend): BackendGuard {
  let guard = guards.get(backend)
  if (guard === undefined) {
    guard = new BackendGuard(backend)
    guards.set(backend, guard)
  }
  return guard
}
