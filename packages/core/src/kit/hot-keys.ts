/** The most used keys of very many, in bounded memory: the Space-Saving sketch (Metwally et al., 2005). */

/** Keys that are counted at the same time. A key that has more than this share of all uses is never missed. */
const counted = 128

/** So many uses are counted one by one; of later ones a sample, as counting costs more than a hit may. */
const exactUses = 4_096
const sampledEvery = 64

/** From here on the past counts half, so that the list follows the present. */
const mostUses = 1_000_000

export interface KeyUses {
  readonly key: string
  readonly uses: number
}

export class HotKeys {
  readonly #random: () => number
  readonly #uses = new Map<string, number>()
  #total = 0
  #untilSample = 1

  constructor(random: () => number) {
    this.#random = random
  }

  use(key: string): void {
    if (--this.#untilSample > 0) return
    if (this.#total < exactUses) {
      this.#untilSample = 1
      this.#count(key, 1)
      return
    }
    // Drawn, not every n-th: uses that come in a rhythm must not hide behind it.
    this.#untilSample = 1 + Math.floor(this.#random() * (2 * sampledEvery - 1))
    this.#count(key, sampledEvery)
  }

  /** The most used first. */
  top(most: number): KeyUses[] {
    const all = Array.from(this.#uses, ([key, uses]) => ({ key, uses: Math.round(uses) }))
    return all.toSorted((a, b) => b.uses - a.uses).slice(0, most)
  }

  #count(key: string, weight: number): void {
    this.#total += weight
    const uses = this.#uses.get(key)
    if (uses !== undefined) this.#uses.set(key, uses + weight)
    else if (this.#uses.size < counted) this.#uses.set(key, weight)
    else this.#replaceLeast(key, weight)
    if (this.#total >= mostUses) this.#halve()
  }

  /** A new key takes the place of the least used one and its count: never counted too low, and a hot one never falls out. */
  #replaceLeast(key: string, weight: number): void {
    let leastKey = ''
    let least = Infinity
    for (const [other, uses] of this.#uses) {
      if (uses < least) {
        least = uses
        leastKey = other
      }
    }
    this.#uses.delete(leastKey)
    this.#uses.set(key, least + weight)
  }

  #halve(): void {
    this.#total /= 2
    for (const [key, uses] of this.#uses) this.#uses.set(key, uses / 2)
  }
}
