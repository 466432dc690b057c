/** What a limiter says in the log: each trouble once, not once per request. */
import type { Logger } from '../ports/logger.ts'

export class LimiterLog {
  readonly #name: string
  readonly #logger: Logger
  readonly #said = new Set<string>()

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  functionFailed(operation: string, error: unknown): void {
    this.#once(`function ${operation}`, `option ${operation} failed`, error)
  }

  listenerFailed(event: string, error: unknown): void {
    this.#once(`listener ${event}`, `a listener of '${event}' failed`, error)
  }

  #once(topic: string, words: string, error: unknown): void {
    if (this.#said.has(topic)) return
    this.#said.add(topic)
    const line = `forebay: rate limiter ${this.#name}: ${words} (said once; listen to 'error' for all)`
    try {
      this.#logger.error(line, error)
    } catch {
      // A logger that throws has nobody to be reported to.
    }
  }
}
