/** The order in which a store of near copies sends its calls and hears of writes elsewhere. */

/** Keys that share a place share what is heard of them: an answer too many from the far tier now and then. */
const places = 65_536

/**
 * A write is made in the far tier before it is told, so an answer that was asked for after hearing of it knows of it; one
 * that was asked for before may not. Of keys only hashes are told: messages stay small, and name nobody's URLs or cookies.
 */
export class Arrivals {
  #latest = 0
  /** When something was last heard of a key at this place. */
  readonly #heardAt = new Float64Array(places)

  /** The next instant in the order. */
  instant(): number {
    return ++this.#latest
  }

  /** A key with this hash was written or deleted elsewhere. */
  heard(keyHash: number): void {
    this.#heardAt[keyHash % places] = this.instant()
  }

  /** Whether that may have been so since this instant. */
  heardSince(instant: number, keyHash: number): boolean {
    return (this.#heardAt[keyHash % places] ?? Infinity) > instant
  }
}

/** 32 bits of FNV-1a over UTF-16 units, the same on every node: part of the format of messages. */
export function hashOfKey(scope: string, key: string): number {
  let hash = hashOn(0x811c9dc5, `${scope.length}:${scope}`)
  hash = hashOn(hash, key)
  return hash >>> 0
}

function hashOn(begun: number, text: string): number {
  let hash = begun
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash
}
