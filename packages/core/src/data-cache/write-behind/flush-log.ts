/** What write-behind says in the log: a trouble once, not once per attempt, and that it is over. */
import { harmlessLogger, type LogLines } from '../../kit/harmless-logger.ts'

/** What may fail: the app's functions, the reading of what was accepted, and the journal itself. */
export type Trouble = 'flush' | 'onDeadLetter' | 'reading' | 'journal'

export class FlushLog {
  readonly #name: string
  readonly #logger: LogLines
  readonly #failing = new Set<Trouble>()

  constructor(name: string, logger: LogLines) {
    this.#name = name
    this.#logger = harmlessLogger(logger)
  }

  failed(what: Trouble, error: unknown): void {
    if (this.#failing.has(what)) return
    this.#failing.add(what)
    this.#say('error', `${what} fails; what was written waits and is tried again`, error)
  }

  worked(what: Trouble): void {
    if (this.#failing.size > 0 && this.#failing.delete(what)) this.#say('warn', `${what} works again`)
    // Nothing is to be given up then; when something is, its failure is news.
    if (what === 'flush') this.#failing.delete('onDeadLetter')
  }

  givenUp(writes: number, error: unknown): void {
    this.#say('error', `${writes} writes are lost: all retries failed, and there is no onDeadLetter`, error)
  }

  leftBehind(writes: number): void {
    this.#say('error', `${writes} writes are lost: they did not reach the source before closeTimeout`)
  }

  #say(level: 'warn' | 'error', message: string, ...details: unknown[]): void {
    this.#logger[level](`forebay: ${this.#name}: ${message}`, ...details)
  }
}
