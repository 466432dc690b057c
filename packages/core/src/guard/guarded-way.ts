/** The way of one limiter or cache to one part of a backend. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { BackendGuard, BackendPart } from './backend-guard.ts'
import type { Circuit } from './circuit.ts'
import { NoAnswer, withDeadline } from './deadline.ts'
import { saysClosed, type BackendUser } from './outage.ts'

export interface Expected<Raw, Value> {
  /** The store's method. */
  readonly operation: string
  readonly timeoutMs: number
  /** Throws for what is no answer at all. */
  readonly read: (raw: Raw) => Value
}

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

  /** Waits for an answer at most `timeoutMs`; rejects with what the backend did. */
  hear<Raw, Value>(answer: Promise<Raw>, expected: Expected<Raw, Value>): Promise<Value> {
    const guard = this.#guard
    const { clock, answers } = guard
    const circuit = this.#circuit
    const { epoch } = circuit
    const { operation, timeoutMs } = expected
    const patienceMs = guard.patience(timeoutMs)
    const askedAt = clock.now()
    return withDeadline(answer, patienceMs, clock).then(
      (raw) => {
        let value: Value
        try {
          value = expected.read(raw)
        } catch (error) {
          circuit.failed(epoch, false)
          return this.#fail(operation, error)
        }
        guard.heard(circuit, epoch, { timeoutMs, tookMs: clock.now() - askedAt })
        return value
      },
      (error: unknown) => {
        if (error instanceof NoAnswer && patienceMs === timeoutMs)
          guard.missedDeadline(circuit, epoch, answers)
        else circuit.failed(epoch, false)
        return this.#fail(operation, error)
      },
    )
  }

  workedAtOnce(): void {
    this.#guard.workedAtOnce(this.#circuit)
  }

  failedAtOnce(operation: string, error: unknown): void {
    this.#circuit.failed(this.#circuit.epoch, true)
    this.#guard.failed(this.#user, operation, error)
  }

  #fail(operation: string, error: unknown): never {
    this.#guard.failed(this.#user, operation, error)
    throw error
  }
}
