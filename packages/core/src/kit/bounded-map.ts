/** A map that forgets what was written longest ago when it is full. */

/** For what is worth remembering but not worth memory without end. */
export class BoundedMap<Key, Value> {
  readonly #max: number
  readonly #values = new Map<Key, Value>()

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#values.size
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)
  }

  has(key: Key): boolean {
    return this.#values.has(key)
  }

  set(key: Key, value: Value): void {
    // Taken out first, so that it counts as written now.
    this.#values.delete(key)
    this.#values.set(key, value)
    if (this.#values.size <= this.#max) return
    const oldest = this.#values.keys().next()
    if (oldest.done !== true) this.#values.delete(oldest.value)
  }

  entries(): MapIterator<[Key, Value]> {
    return this.#values.entries()
  }

  values(): MapIterator<Value> {
    return this.#values.values()
  }

  delete(key: Key): boolean {
    return this.#values.delete(key)
  }
}
