/** What a data cache says in the log: each trouble once, not once per use. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { Logger } from '../ports/logger.ts'

/** Topics are few; listeners' errors and the like must not grow them without end. */
const remembered = 256

export class DataLog {
  readonly #name: string
  readonly #logger: Logger
  readonly #said = new BoundedMap<string, true>(remembered)

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  once(topic: string, words: string, error: unknown): void {
    if (this.#said.has(topic)) return
    this.#said.set(topic, true)
    const line = `forebay: data cache ${this.#name}: ${words} (said once; listen to 'error' for all)`
    try {
      this.#logger.warn(line, error)
    } catch {
      // A logger that throws has nobody to be reported to.
    }
  }
}
