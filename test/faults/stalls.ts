/** When this process did not run, because others had the processor or it collected garbage: no wait of a request's own making. */

const beatMs = 5

interface Stall {
  readonly from: number
  readonly to: number
}

export class Stalls {
  readonly #stalls: Stall[] = []
  readonly #timer: NodeJS.Timeout
  #latest = performance.now()

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now()
      if (now - this.#latest > 2 * beatMs) this.#stalls.push({ from: this.#latest + beatMs, to: now })
      this.#latest = now
    }, beatMs)
  }

  /** How much of that time it stood still. */
  within(from: number, to: number): number {
    let stalled = 0
    for (let index = this.#stalls.length - 1; index >= 0; index--) {
      const stall = this.#stalls[index]!
      if (stall.to < from) break
      stalled += Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from))
    }
    return stalled
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
