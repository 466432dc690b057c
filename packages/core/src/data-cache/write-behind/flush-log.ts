/** What write-behind says in the log: a trouble once, not once per attempt, and that it is over. */
import type { Logger } from '../../ports/logger.ts'

export class FlushLog {
  readonly #name: string
  readonly #logger: Logger
  readonly #failing = new Set<string>()

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  failed(what: 'flush' | 'journal', error: unknown): void {
    if (this.#failing.has(what)) return
    this.#failing.add(what)
    this.#say('error', `${what} fails; what was written waits and is tried again`, error)
  }

  worked(): void {
    if (this.#failing.size === 0) return
    this.#failing.clear()
    this.#say('warn', 'flushes again')
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
