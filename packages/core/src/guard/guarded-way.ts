/** The way of one limiter or cache to one part of a backend. */
import { Deadlines } from './deadlines.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import type { BackendGuard, BackendPart } from './backend-guard.ts'
import type { Circuit } from './circuit.ts'
import { inTime } from './deadline.ts'
import { Hearing, type Asker, type Expected } from './hearing.ts'
import { saysClosed, type BackendUser } from './outage.ts'

/**
 * Ask `admits` first, then make the call, then tell of its outcome: a promise to `hear`, anything else to `workedAtOnce`
 * or `failedAtOnce`. Nothing is made twice: a call that was given up may have run.
 */
export class GuardedWay {
  readonly #guard: BackendGuard
  readonly #circuit: Circuit
  readonly #user: BackendUser
  readonly #asker: Asker
  /** Of calls with the latest `timeoutMs`; nearly all have the same. */
  #deadlines: Deadlines | undefined

  constructor(guard: BackendGuard, part: BackendPart, user: BackendUser) {
    this.#guard = guard
    this.#circuit = guard.circuit(part)
    this.#user = user
    this.#asker = { guard, circuit: this.#circuit, user }
  }

  /** False while the backend is away: then it is not to be called. */
  admits(operation: string): boolean {
    if (this.#circuit.isClosed || this.#circuit.admits()) return true
    this.#guard.wanted()
    const { outage } = this.#guard
    // Where another part works again already, the outage is over, and this one is on trial.
    if (outage.isOn && !outage.concerns(this.#user)) {
      outage.failed(this.#user, operation, this.refusal(operation))
    }
    return false
  }

  /** What a call is answered with that is not made. */
  refusal(operation: string): ForebayError {
    const { cause } = this.#guard.outage
    const options = cause === undefined ? undefined : { cause }
    if (saysClosed(cause)) {
      return new ForebayError('FOREBAY_CLOSED', `${operation}: the backend is closed.`, options)
    }
    return new ForebayError(
      'FOREBAY_UNAVAILABLE',
      `${operation}: the backend does not answer, and is not asked until it does again.`,
      options,
    )
  }

  /** Nothing has failed lately: neither `admits` nor `workedAtOnce` needs to be called. */
  get isSound(): boolean {
    return this.#circuit.isSound
  }

  /** Waits for an answer at most `timeoutMs`; rejects with what the backend did where nothing takes its place. */
  hear<Raw, Value>(answer: Promise<Raw>, expected: Expected<Raw, Value>): Promise<Value> {
    const { local } = this.#guard
    // One promise for all of it: this is on the way of every decision.
    return new Promise((answered, failed) => {
      const hearing = new Hearing(this.#asker, expected, { answered, failed })
      const { patienceMs: timeoutMs, askedAt: from } = hearing
      // Who waits shorter than usual has a timer of its own.
      const deadlines = timeoutMs === expected.timeoutMs ? this.#deadlinesOf(timeoutMs) : undefined
      inTime(answer, { timeoutMs, clock: local, from, deadlines }, hearing)
    })
  }

  #deadlinesOf(timeoutMs: number): Deadlines {
    if (this.#deadlines?.timeoutMs !== timeoutMs)
      this.#deadlines = new Deadlines(this.#guard.local, timeoutMs)
    return this.#deadlines
  }

  workedAtOnce(): void {
    this.#guard.workedAtOnce(this.#circuit)
  }

  failedAtOnce(operation: string, error: unknown): void {
    this.#circuit.failed(this.#circuit.epoch, true)
    this.#guard.failed(this.#user, operation, error)
  }
}
