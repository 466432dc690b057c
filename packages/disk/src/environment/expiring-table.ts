/** Records that are worth nothing from an instant on, with which each begins. */
import type { Environment } from './environment.ts'
import { Round } from './round.ts'
import type { Row, Table } from './table.ts'

/** The instant, as a float of 8 bytes. */
export const endsAtBytes = 8

/** Looked at for each new record: more than one, so that those that are over never become many. */
const perNewRecord = 4

const perChore = 500

/** For use within a `write` of its environment, but for `get`. */
export class ExpiringTable {
  readonly #table: Table
  readonly #round: Round

  constructor(environment: Environment, name: string) {
    this.#table = environment.table(name)
    this.#round = new Round(this.#table)
  }

  get size(): number {
    return this.#table.size
  }

  /** What has not ended. */
  get(key: Buffer, now: number): Buffer | undefined {
    const record = this.#table.get(key)
    return record !== undefined && isOver(record, now) ? undefined : record
  }

  /** @param isNew whether there was none under the key: then a few others are looked at. */
  put(key: Buffer, record: Buffer, { now, isNew }: { readonly now: number; readonly isNew: boolean }): void {
    this.#table.put(key, record)
    if (isNew) this.sweep(now, perNewRecord)
  }

  remove(key: Buffer): void {
    this.#table.remove(key)
  }

  /** Removes what is over among the next records; false when that was the end of a round. */
  sweep(now: number, most: number = perChore): boolean {
    const { rows, isRound } = this.next(most)
    for (const { key, value } of rows) if (isOver(value, now)) this.#table.remove(key)
    return !isRound
  }

  /** The next records of the round. */
  next(most: number): { readonly rows: readonly Row[]; readonly isRound: boolean } {
    return this.#round.next(most)
  }
}

/** Of a record that is none, too. */
export function isOver(record: Buffer, now: number): boolean {
  return record.length < endsAtBytes || !(record.readDoubleLE() > now)
}
