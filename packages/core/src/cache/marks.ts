/** The marks of one scope: what was invalidated, and when, in bounded memory. */
import type { Mark } from '../ports/cache-store.ts'

/** Bytes of a map's slot beside its key, roughly. */
const bytesPerMark = 96

/**
 * Remembers per label and per prefix the instant (a sequence number) of its latest invalidation. When asked to give
 * memory back it forgets the oldest marks and from then on holds everything older than them for invalidated: that
 * costs misses, never a stale answer.
 */
export class Marks {
  #all = 0
  readonly #labels = new Map<string, number>()
  readonly #prefixes = new Map<string, number>()
  /** How many prefixes there are of each length, so that a path is looked up once per length instead of once per prefix. */
  readonly #prefixLengths = new Map<number, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** In any order: of two marks with one name the later one counts. */
  add(mark: Mark, at: number): void {
    if (mark.type === 'all') this.#forgetUpTo(at)
    else if (mark.type === 'label') this.#note(this.#labels, mark.label, at)
    else if (this.#note(this.#prefixes, mark.prefix, at)) this.#countLength(mark.prefix.length, 1)
  }

  /** Whether a mark newer than `stamp` concerns what carries these labels and this path. */
  outrun(stamp: number, labels: readonly string[], path: string): boolean {
    if (this.#all > stamp) return true
    if (this.#labels.size > 0) {
      for (const label of labels) if ((this.#labels.get(label) ?? 0) > stamp) return true
    }
    for (const length of this.#prefixLengths.keys()) {
      if (length <= path.length && (this.#prefixes.get(path.slice(0, length)) ?? 0) > stamp) return true
    }
    return false
  }

  /** Forgets the older half. */
  collapse(): void {
    const instants = [...this.#labels.values(), ...this.#prefixes.values()].toSorted((a, b) => a - b)
    const newestForgotten = instants[Math.floor(instants.length / 2)]
    if (newestForgotten !== undefined) this.#forgetUpTo(newestForgotten)
  }

  /** True when the name is new. */
  #note(marks: Map<string, number>, name: string, at: number): boolean {
    const known = marks.get(name)
    if (known === undefined) this.#bytes += bytesOf(name)
    if (known === undefined || at > known) marks.set(name, at)
    return known === undefined
  }

  #forgetUpTo(at: number): void {
    if (at > this.#all) this.#all = at
    for (const [label, instant] of this.#labels) {
      if (instant <= at && this.#labels.delete(label)) this.#bytes -= bytesOf(label)
    }
    for (const [prefix, instant] of this.#prefixes) {
      if (instant > at) continue
      this.#prefixes.delete(prefix)
      this.#bytes -= bytesOf(prefix)
      this.#countLength(prefix.length, -1)
    }
  }

  #countLength(length: number, change: number): void {
    const count = (this.#prefixLengths.get(length) ?? 0) + change
    if (count > 0) this.#prefixLengths.set(length, count)
    else this.#prefixLengths.delete(length)
  }
}

function bytesOf(name: string): number {
  return bytesPerMark + 2 * name.length
}
