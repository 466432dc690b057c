/** What this process has accepted and not yet seen again in the journal: the newest write of each key. */
import { randomBytes } from 'node:crypto'
import { BoundedMap } from '../../kit/bounded-map.ts'
import { originOf, type WriteOrigin } from './journal-format.ts'

/** Beyond this many, the oldest are forgotten: a value in the cache is then taken for an old one, and read anew. */
const remembered = 10_000

export class OwnWrites {
  readonly #writer = randomBytes(8)
  /** Sequence of the newest write, by key. */
  readonly #newest = new BoundedMap<string, number>(remembered)
  #sequence = 0
  #latest = 0

  /** The sequence of the latest write that was accepted. */
  get latest(): number {
    return this.#latest
  }

  /** How many keys. */
  get size(): number {
    return this.#newest.size
  }

  next(): WriteOrigin {
    return { writer: this.#writer, sequence: ++this.#sequence }
  }

  accepted(key: string, { sequence }: WriteOrigin): void {
    this.#newest.set(key, sequence)
    this.#latest = sequence
  }

  has(key: string): boolean {
    return this.#newest.has(key)
  }

  /** This write came back from the journal. */
  seen(key: string, bytes: Uint8Array): void {
    const origin = originOf(bytes)
    if (origin === undefined || !this.#writer.equals(origin.writer)) return
    if (origin.sequence === this.#newest.get(key)) this.#newest.delete(key)
  }

  /** Everything up to this sequence is done, by whomever. */
  doneUpTo(sequence: number): void {
    for (const [key, newest] of this.#newest.entries()) if (newest <= sequence) this.#newest.delete(key)
  }
}
