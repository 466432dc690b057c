/** The reading of a journal as long as it is ours: prolonged while it is held, and known to be lost the moment it may be. */
import type { Clock, Undo } from '../../ports/clock.ts'
import type { JournalReader } from '../../ports/journal.ts'

export interface HeldReaderOptions {
  readonly reader: JournalReader
  readonly clock: Clock
  readonly leaseMs: number
  /** Before it was asked for: from then on its time runs. */
  readonly openedAt: number
}

export class HeldReader {
  readonly reader: JournalReader
  readonly #clock: Clock
  readonly #leaseMs: number
  readonly #lost = new AbortController()
  #heldUntil: number
  #stopRenewing: Undo = () => {}
  #stopExpiring: Undo = () => {}

  constructor({ reader, clock, leaseMs, openedAt }: HeldReaderOptions) {
    this.reader = reader
    this.#clock = clock
    this.#leaseMs = leaseMs
    this.#heldUntil = openedAt + leaseMs
    this.#hold()
  }

  /** Aborted when another process may read from now on. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** A process that was suspended finds its time over before any timer has told it so. */
  get isLost(): boolean {
    if (!this.#lost.signal.aborted && this.#clock.now() >= this.#heldUntil) this.lose()
    return this.#lost.signal.aborted
  }

  lose(): void {
    this.#stop()
    this.#lost.abort(new Error('another process may flush these writes by now'))
  }

  /** Never rejects: what cannot be released ends by itself. */
  async release(): Promise<void> {
    this.#stop()
    try {
      await this.reader.release()
    } catch {
      // Nobody reads until its time is over: a delay, no loss.
    }
  }

  #stop(): void {
    this.#stopRenewing()
    this.#stopExpiring()
  }

  #hold(): void {
    this.#stop()
    const leftMs = Math.max(0, this.#heldUntil - this.#clock.now())
    this.#stopExpiring = this.#clock.schedule(leftMs, () => this.lose())
    this.#stopRenewing = this.#clock.schedule(leftMs / 3, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const askedAt = this.#clock.now()
    try {
      if (!(await this.reader.renew(this.#leaseMs))) return this.lose()
      this.#heldUntil = askedAt + this.#leaseMs
    } catch {
      // Asked again, as long as there is time left.
    }
    if (!this.isLost) this.#hold()
  }
}
