/** One part of a backend as far as it works: closed while it does, open while it does not, half-open while one call tries. */

export type CircuitState = 'closed' | 'open' | 'half-open'

/** So many failures in a row open the circuit. */
const mostFailures = 5

/** After trials that failed in spite of a healthy backend, at most so many good probes pass before the next trial. */
const mostProbesSkipped = 2

/**
 * Each change of state begins an epoch. Outcomes are told with the `epoch` in which their calls began, and count only in that
 * one: what was asked in an earlier state says nothing of this one.
 */
export class Circuit {
  readonly #opened: () => void
  /** Closed, and nothing has failed since the latest answer: the only thing asked on the way to a backend that works. */
  isSound = true
  #state: CircuitState = 'closed'
  #epoch = 0
  #failuresInARow = 0
  #isFailing = false
  #isTrying = false
  #failedTrials = 0
  #probesToSkip = 0
  /** A trial has failed, or the first call after a silence did: from then on only a call that works closes the circuit. */
  #needsProof = false
  #failedQuickly = false
  #isOver = false

  constructor(opened: () => void) {
    this.#opened = opened
  }

  get state(): CircuitState {
    return this.#state
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Whether the latest call failed, and no good sign came since. */
  get isFailing(): boolean {
    return this.#isFailing && (this.#state !== 'half-open' || this.#needsProof)
  }

  /** Whether the latest call failed at once, so that nobody waited for it. */
  get failedQuickly(): boolean {
    return this.#failedQuickly
  }

  /** Open for good, because the backend is closed. */
  get isOver(): boolean {
    return this.#isOver
  }

  get epoch(): number {
    return this.#epoch
  }

  /** Whether a call may be made now: any while closed, one at a time while half-open. The caller has to tell its outcome. */
  admits(): boolean {
    if (this.#state === 'closed') return true
    if (this.#state === 'open' || this.#isTrying) return false
    this.#isTrying = true
    return true
  }

  /** The outcome of an admitted call that did not reach the backend. */
  left(): void {
    this.#isTrying = false
  }

  worked(epoch: number): void {
    if (epoch !== this.#epoch) return
    this.#failedQuickly = false
    this.#failuresInARow = 0
    this.#isFailing = false
    this.#needsProof = false
    this.#failedTrials = 0
    if (this.#state === 'half-open') this.#become('closed')
    else this.isSound = this.#state === 'closed'
  }

  /** @param isQuick it failed at once, so that nobody waited: any number of such failures leave a closed circuit closed. */
  failed(epoch: number, isQuick: boolean): void {
    if (epoch !== this.#epoch) return
    this.#isFailing = true
    this.isSound = false
    this.#failedQuickly = isQuick
    if (this.#state === 'half-open') {
      this.#needsProof = true
      this.#probesToSkip = Math.min(this.#failedTrials++, mostProbesSkipped)
      this.#open()
    } else if (!isQuick && ++this.#failuresInARow >= mostFailures) this.#open()
  }

  /** The backend is away, whatever this part of it did. */
  open(): void {
    if (this.#state === 'open') return
    this.#needsProof = false
    this.#open()
  }

  /** The backend is closed, and never comes back. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#isFailing = true
    this.#become('open')
  }

  /**
   * The backend's `health()` is good: the next call may try. Where none has come since the last time it was good, the circuit
   * closes without a trial, and this returns true.
   */
  foundWell(): boolean {
    if (this.#isOver) return false
    if (this.#state === 'open') {
      if (this.#probesToSkip > 0) this.#probesToSkip--
      else this.#become('half-open')
      return false
    }
    if (this.#state === 'closed' || this.#isTrying || this.#needsProof) return false
    this.#isFailing = false
    this.#become('closed')
    // Not proven: one failure opens it again, and from then on only a call that works closes it.
    this.#failuresInARow = mostFailures - 1
    this.#needsProof = true
    return true
  }

  #open(): void {
    this.#isFailing = true
    this.#failedQuickly = false
    this.#become('open')
    this.#opened()
  }

  #become(state: CircuitState): void {
    this.#state = state
    this.#epoch++
    this.#isTrying = false
    this.#failuresInARow = 0
    this.isSound = state === 'closed' && !this.#isFailing
  }
}
