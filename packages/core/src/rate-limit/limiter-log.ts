/** What a limiter says in the log: each trouble once, not once per request. */
import type { Logger } from '../ports/logger.ts'

export class LimiterLog {
  readonly #name: string
  readonly #logger: Logger
  readonly #said = new Set<string>()
  #backendIsFailing = false

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

  /** Once per outage. */
  backendFailed(operation: string, error: unknown): void {
    if (this.#backendIsFailing) return
    this.#backendIsFailing = true
    this.#log('error', `the backend failed at ${operation}`, error)
  }

  backendRecovered(): void {
    this.#backendIsFailing = false
    this.#log('warn', 'the backend answers again')
  }

  #once(topic: string, words: string, error: unknown): void {
    if (this.#said.has(topic)) return
    this.#said.add(topic)
    this.#log('error', `${words} (said once; listen to 'error' for all)`, error)
  }

  #log(level: 'warn' | 'error', words: string, error?: unknown): void {
    const line = `forebay: rate limiter ${this.#name}: ${words}`
    try {
      if (error === undefined) this.#logger[level](line)
      else this.#logger[level](line, error)
    } catch {
      // A logger that throws has nobody to be reported to.
    }
  }
}
