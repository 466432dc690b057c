/** The way of one limiter or cache to one part of a backend. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { BackendGuard, BackendPart } from './backend-guard.ts'
import type { Circuit } from './circuit.ts'
import { inTime } from './deadline.ts'
import { Hearing, type Expected } from './hearing.ts'
import { saysClosed, type BackendUser } from './outage.ts'

/**
 * Ask `admits` first, then make the call, then tell of its outcome: a promise to `hear`, anything else to `workedAtOnce`
 * or `failedAtOnce`. Nothing is made twice: a call that was given up may have run.
 */
export class GuardedWay {
  readonly #guard: BackendGuard
  readonly #circuit: Circuit
  readonly #user: BackendUser

  constructor(guard: BackendGuard, part: BackendPart, user: BackendUser) {
    this.#guard = guard
    this.#circuit = guard.circuit(part)
    this.#user = user
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
    const { clock } = this.#guard
    // One promise for all of it: this is on the way of every decision.
    return new Promise((answered, failed) => {
      const asker = { guard: this.#guard, circuit: this.#circuit, user: this.#user }
      const hearing = new Hearing(asker, expected, { answered, failed })
      inTime(answer, { timeoutMs: hearing.patienceMs, clock }, hearing)
    })
  }

  workedAtOnce(): void {
    this.#guard.workedAtOnce(this.#circuit)
  }

  failedAtOnce(operation: string, error: unknown): void {
    this.#circuit.failed(this.#circuit.epoch, true)
    this.#guard.failed(this.#user, operation, error)
  }
}
