/** Which entries a memoized function made in this process: counted, and bounded. */

/** The least recently used first. */
export class MemoizedKeys {
  readonly #maxSize: number
  /** By key: the instant when the entry ends. */
  readonly #ends = new Map<string, number>()

  constructor(maxSize: number) {
    this.#maxSize = maxSize
  }

  size(now: number): number {
    for (const [key, end] of this.#ends) if (end <= now) this.#ends.delete(key)
    return this.#ends.size
  }

  /** Returns the key of the entry that is to go for it. */
  made(key: string, end: number): string | undefined {
    this.#ends.delete(key)
    this.#ends.set(key, end)
    if (this.#ends.size <= this.#maxSize) return undefined
    const oldest = this.#ends.keys().next()
    if (oldest.done === true) return undefined
    this.#ends.delete(oldest.value)
    return oldest.value
  }

  used(key: string): void {
    const end = this.#ends.get(key)
    if (end === undefined) return
    this.#ends.delete(key)
    this.#ends.set(key, end)
  }

  ended(key: string): void {
    this.#ends.delete(key)
  }

  clear(): void {
    this.#ends.clear()
  }
}
