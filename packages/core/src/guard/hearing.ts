/** What an answer, or its failure, means to the backend's guard and to who asked. */
import type { BackendGuard } from './backend-guard.ts'
import type { Circuit } from './circuit.ts'
import { NoAnswer, type Outcome } from './deadline.ts'
import type { BackendUser } from './outage.ts'

export interface Expected<Raw, Value> {
  /** The store's method. */
  readonly operation: string
  readonly timeoutMs: number
  /** Throws for what is no answer at all. */
  readonly read: (raw: Raw) => Value
  /** What takes the place of an answer that fails. */
  readonly otherwise?: () => Value
}

/** Who asks, of which part of the backend. */
export interface Asker {
  readonly guard: BackendGuard
  readonly circuit: Circuit
  readonly user: BackendUser
}

/** Begins when the question is asked, and tells `told` of one outcome. */
export class Hearing<Raw, Value> implements Outcome<Raw> {
  readonly #asker: Asker
  readonly #expected: Expected<Raw, Value>
  readonly #told: Outcome<Value>
  readonly #patienceMs: number
  readonly #epoch: number
  readonly #answersBefore: number
  /** On the local clock. */
  readonly askedAt: number

  constructor(asker: Asker, expected: Expected<Raw, Value>, told: Outcome<Value>) {
    const { guard, circuit } = asker
    this.#asker = asker
    this.#expected = expected
    this.#told = told
    this.#patienceMs = guard.patience(expected.timeoutMs)
    this.#epoch = circuit.epoch
    this.#answersBefore = guard.answers
    this.askedAt = guard.local.now()
  }

  /** How long it is waited for. */
  get patienceMs(): number {
    return this.#patienceMs
  }

  answered(raw: Raw): void {
    const { guard, circuit } = this.#asker
    const { timeoutMs, read } = this.#expected
    try {
      const value = read(raw)
      guard.heard(circuit, this.#epoch, { timeoutMs, tookMs: guard.local.now() - this.askedAt })
      this.#told.answered(value)
    } catch (error) {
      circuit.failed(this.#epoch, false)
      this.#instead(error)
    }
  }

  failed(error: unknown): void {
    const { guard, circuit } = this.#asker
    if (error instanceof NoAnswer && this.#patienceMs === this.#expected.timeoutMs) {
      guard.missedDeadline(circuit, this.#epoch, this.#answersBefore)
    } else circuit.failed(this.#epoch, false)
    this.#instead(error)
  }

  #instead(error: unknown): void {
    const { guard, user } = this.#asker
    const { operation, otherwise } = this.#expected
    try {
      guard.failed(user, operation, error)
      if (otherwise === undefined) this.#told.failed(error)
      else this.#told.answered(otherwise())
    } catch (thrown) {
      this.#told.failed(thrown)
    }
  }
}
