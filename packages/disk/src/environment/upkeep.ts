/** What is done now and then, a little at a time: expired records are removed, and uses noted. */
import type { Clock, Logger, Undo } from '@forebay/core'
import type { Environment } from './environment.ts'

export interface UpkeepOptions {
  readonly environment: Environment
  readonly clock: Clock
  readonly logger: Logger
}

/** Does a little, within a write of the environment; false when there is no more to do until something changes. */
export type Chore = () => boolean

const tickMs = 500

/** How many ticks after each other ask whether processes have died. */
const ticksPerReaderCheck = 20

/** Goes on for as long as something happens, or there is something left to do; keeps no process alive. */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #chores: Chore[] = []
  #wasUsed = false
  #undo: Undo | undefined
  #ticks = 0
  #isClosed = false

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  add(chore: Chore): void {
    this.#chores.push(chore)
  }

  /** Something was read or written. */
  used(): void {
    this.#wasUsed = true
    if (this.#undo === undefined && !this.#isClosed) this.#later()
  }

  close(): void {
    this.#isClosed = true
    this.#undo?.()
  }

  #later(): void {
    this.#undo = this.#options.clock.schedule(tickMs, this.#tick)
  }

  readonly #tick = (): void => {
    this.#undo = undefined
    if (this.#isClosed) return
    const { environment, logger } = this.#options
    let isMore = this.#wasUsed
    this.#wasUsed = false
    try {
      if (this.#ticks++ % ticksPerReaderCheck === 0) environment.forgetDeadReaders()
      for (const chore of this.#chores) isMore = environment.write(chore) || isMore
    } catch (error) {
      // Whoever uses the backend meets the same, and says so; here it would be said twice a second.
      logger.debug?.('forebay: disk: upkeep failed', error)
    }
    if (isMore) this.#later()
  }
}
