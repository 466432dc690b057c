/** A walk through a table that goes on where it stopped, a little at a time, and comes round to every row. */
import type { Row, Table } from './table.ts'

const first = Buffer.from([0])

/** The keys begin with hashes, so that it comes round to all alike. */
export class Round {
  readonly #table: Table
  #hand = first

  constructor(table: Table) {
    this.#table = table
  }

  /** The next rows; `isRound` when the next look begins anew. */
  next(most: number): { readonly rows: readonly Row[]; readonly isRound: boolean } {
    const rows = this.#table.rows({ start: this.#hand, most })
    const last = rows.at(-1)
    const isRound = rows.length < most || last === undefined
    this.#hand = isRound ? first : Buffer.concat([last.key, first])
    return { rows, isRound }
  }
}
