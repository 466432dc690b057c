/** Bytes under keys of bytes, in the order of the keys. */
import type { Database } from 'lmdb'

export interface Row {
  readonly key: Buffer
  readonly value: Buffer
}

export interface Span {
  /** Inclusive. */
  readonly start: Buffer
  /** Exclusive; without it, to the end of the table. */
  readonly end?: Buffer
  readonly most: number
}

/** Within a `write` of its environment it sees what that has written; `put` and `remove` are for there only. */
export class Table {
  readonly #database: Database<Buffer, Buffer>

  constructor(database: Database<Buffer, Buffer>) {
    this.#database = database
  }

  /** A copy. */
  get(key: Buffer): Buffer | undefined {
    return this.#database.getBinary(key)
  }

  has(key: Buffer): boolean {
    return this.#database.doesExist(key)
  }

  put(key: Buffer, value: Buffer): void {
    this.#database.putSync(key, value)
  }

  remove(key: Buffer): void {
    this.#database.removeSync(key)
  }

  rows({ start, end, most }: Span): Row[] {
    const range = this.#database.getRange({ start, limit: most, ...(end && { end }) })
    return Array.from(range, ({ key, value }) => ({ key, value }))
  }

  keys({ start, end, most }: Span): Buffer[] {
    return Array.from(this.#database.getKeys({ start, limit: most, ...(end && { end }) }))
  }

  /** Within a `write`. */
  get size(): number {
    const { db } = this.#database as unknown as Inside
    return db.stat().entryCount
  }
}

/** What `getStats` asks, without walking through all that is free. */
interface Inside {
  readonly db: { stat(): { readonly entryCount: number } }
}
