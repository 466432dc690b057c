/** One task at a time per key, in the order in which they came. */

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs the task after all earlier ones of its key, whatever came of them. */
  run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const result = before === undefined ? task() : before.then(task)
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
    this.#last.set(key, settled)
    return result
  }
}

function ignore(): void {}
