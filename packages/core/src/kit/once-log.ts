/** Each trouble once in the log, not once per request: a line per request would be an outage of its own. */
import { BoundedMap } from './bounded-map.ts'
import { harmlessLogger, type LogLines } from './harmless-logger.ts'

/** Topics may hold a route or an event's name: they are many, and not without end. */
const remembered = 2_048

export class OnceLog {
  readonly #who: string
  readonly #logger: LogLines
  readonly #once: string
  readonly #said = new BoundedMap<string, true>(remembered)

  /**
   * @param who begins every line: `rate limiter api`.
   * @param hearAll how to hear of every failure, not of the first alone, where there is a way: `listen to 'error'`.
   */
  constructor(who: string, logger: LogLines, hearAll?: string) {
    this.#who = who
    this.#logger = harmlessLogger(logger)
    this.#once = hearAll === undefined ? '(said once)' : `(said once; ${hearAll} for all)`
  }

  warn(topic: string, words: string, error?: unknown): void {
    this.#say('warn', topic, words, error)
  }

  error(topic: string, words: string, error: unknown): void {
    this.#say('error', topic, words, error)
  }

  /** A listener of the app threw, or rejected. */
  listenerFailed(event: string, error: unknown): void {
    this.#say('error', `listener ${event}`, `a listener of '${event}' failed`, error)
  }

  #say(level: 'warn' | 'error', topic: string, words: string, error: unknown): void {
    if (this.#said.has(topic)) return
    this.#said.set(topic, true)
    const line = `forebay: ${this.#who}: ${words}`
    if (error === undefined) this.#logger[level](line)
    else this.#logger[level](`${line} ${this.#once}`, error)
  }
}
