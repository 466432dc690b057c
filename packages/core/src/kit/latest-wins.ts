/** One task at a time per key; what comes meanwhile waits, and of what waits only the latest is done, for all of them. */

interface Turn<Input> {
  input: Input
  readonly done: Promise<void>
}

/** For tasks that put a key into a state: states that nobody has seen may be skipped. */
export class LatestWins<Input> {
  readonly #task: (key: string, input: Input) => Promise<void>
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #next = new Map<string, Turn<Input>>()

  constructor(task: (key: string, input: Input) => Promise<void>) {
    this.#task = task
  }

  /** Resolves or rejects as the task does for this input, or for the later one that was done in its place. */
  run(key: string, input: Input): Promise<void> {
    const next = this.#next.get(key)
    if (next !== undefined) {
      next.input = input
      return next.done
    }
    const running = this.#running.get(key)
    if (running === undefined) return this.#begin(key, input)
    const turn: Turn<Input> = {
      input,
      done: running.then(() => {
        this.#next.delete(key)
        return this.#begin(key, turn.input)
      }),
    }
    this.#next.set(key, turn)
    return turn.done
  }

  #begin(key: string, input: Input): Promise<void> {
    const result = this.#task(key, input)
    // What waits for it goes on whatever came of it.
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#running.get(key) === settled) this.#running.delete(key)
    })
    this.#running.set(key, settled)
    return result
  }
}

function ignore(): void {}
