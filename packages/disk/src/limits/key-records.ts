/** The records of all keys, no more than there may be. */
import type { Environment } from '../environment/environment.ts'
import { ExpiringTable, isOver } from '../environment/expiring-table.ts'
import { nameOf } from '../environment/names.ts'
import { isHeldBack, KeyRecord } from './key-record.ts'

/** How many keys at most are counted together with others once there is no room. */
const sharedRecords = 1_024

/** How many are looked at for one that leaves: bounded work per request. */
const looksForRoom = 32

/** How many new keys come between two questions how many there are. */
const perCount = 256

/**
 * When there are as many as there may be, a new key takes the place of one that is over, else of one that is neither
 * exhausted nor blocked: a flood of new keys frees nobody.
 */
export class KeyRecords {
  readonly #table: ExpiringTable
  readonly #most: number
  #evictions = 0
  #size = 0
  #untilCount = 0

  constructor(environment: Environment, most: number) {
    this.#table = new ExpiringTable(environment, 'limits')
    this.#most = most
  }

  get size(): number {
    return this.#table.size
  }

  /** By this process. */
  get evictions(): number {
    return this.#evictions
  }

  get(name: Buffer, now: number): KeyRecord | undefined {
    const bytes = this.#table.get(name, now)
    return bytes && KeyRecord.fromBytes(bytes)
  }

  /** What counts no more is forgotten. */
  put(name: Buffer, record: KeyRecord, at: { readonly now: number; readonly isNew: boolean }): void {
    if (record.endsAt > at.now) this.#table.put(name, record.toBytes(at.now), at)
    else this.#table.remove(name)
  }

  sweep(now: number): boolean {
    return this.#table.sweep(now)
  }

  /** Whether one more key may be kept; makes room where that is possible. */
  hasRoom(now: number): boolean {
    if (this.#untilCount-- <= 0 || this.#size >= this.#most) {
      this.#size = this.#table.size
      this.#untilCount = perCount
    }
    return ++this.#size <= this.#most || this.#evict(now)
  }

  /** That of the record in which a key is counted that there is no room for. */
  sharedName(name: Buffer): Buffer {
    return nameOf(`shared ${name.readUInt32LE() % sharedRecords}`)
  }

  #evict(now: number): boolean {
    const { rows } = this.#table.next(looksForRoom)
    const over = rows.filter(({ value }) => isOver(value, now))
    const leaving = over.length > 0 ? over : rows.filter(({ value }) => !isHeldBack(value, now)).slice(0, 1)
    for (const { key } of leaving) this.#table.remove(key)
    if (over.length === 0) this.#evictions += leaving.length
    return leaving.length > 0
  }
}
