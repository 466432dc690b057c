/** What write-behind says in the log: a trouble once, not once per attempt, and that it is over. */
import type { Logger } from '../../ports/logger.ts'

/** What may fail: the app's function, the reading of what was accepted, and the journal itself. */
export type Trouble = 'flush' | 'reading' | 'journal'

export class FlushLog {
  readonly #name: string
  readonly #logger: Logger
  readonly #failing = new Set<Trouble>()

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  failed(what: Trouble, error: unknown): void {
    if (this.#failing.has(what)) return
    this.#failing.add(what)
    this.#say('error', `${what} fails; what was written waits and is tried again`, error)
  }

  worked(what: Trouble): void {
    if (this.#failing.size > 0 && this.#failing.delete(what)) this.#say('warn', `${what} works again`)
  }

  givenUp(writes: number, error: unknown): void {
    this.#say('error', `${writes} writes are lost: all retries failed, and there is no onDeadLetter`, error)
  }

  deadLetterFailed(error: unknown): void {
    this.#say('error', 'onDeadLetter failed; the writes are kept and tried again', error)
  }

  leftBehind(writes: number): void {
    this.#say('error', `${writes} writes are lost: they did not reach the source before closeTimeout`)
  }

  /** A logger that throws changes nothing. */
  #say(level: 'warn' | 'error', message: string, ...details: unknown[]): void {
    try {
      this.#logger[level](`forebay: ${this.#name}: ${message}`, ...details)
    } catch {
      // There is nobody left to tell.
    }
  }
}
