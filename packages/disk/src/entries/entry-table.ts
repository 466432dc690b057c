/** Entries under their names: what stands before the value in one table, the value in another, and how many there are. */
import { frameLayout, readFrameHead, type CacheStoreStats, type FrameHead } from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { Round } from '../environment/round.ts'
import type { Row, Table } from '../environment/table.ts'
import { Uses } from './uses.ts'

export interface KeptEntry {
  readonly before: Buffer
  readonly value: Buffer
}

const tallyKey = Buffer.from('entries')
const tallyLength = 24

/** What lmdb has for a page, and for a node in one; larger values get pages of their own. */
const pageBytes = 4_096
const largestInPage = 2_000
const nodeBytes = 48

/** Pages of a tree are about so full. */
const fill = 0.7

/** For use within a `write` of the environment, but for what asks. */
export class EntryTable {
  readonly uses: Uses
  readonly #environment: Environment
  readonly #heads: Table
  readonly #round: Round
  readonly #values: Table
  readonly #facts: Table

  constructor(environment: Environment) {
    this.#environment = environment
    this.#heads = environment.table('entries')
    this.#round = new Round(this.#heads)
    this.#values = environment.table('values')
    this.#facts = environment.table('facts')
    this.uses = new Uses(environment.table('uses'))
  }

  /** What stands before the value. */
  before(name: Buffer): Buffer | undefined {
    return this.#heads.get(name)
  }

  value(name: Buffer): Buffer | undefined {
    return this.#values.get(name)
  }

  has(name: Buffer): boolean {
    return this.#heads.has(name)
  }

  put(name: Buffer, { before, value }: KeptEntry): void {
    const replaced = this.#heads.get(name)
    this.#heads.put(name, before)
    this.#values.put(name, value)
    const bytes = bytesOnDisk(before.length, value.length) - (replaced ? bytesOf(replaced) : 0)
    this.#count({ entries: replaced === undefined ? 1 : 0, bytes, evictions: 0 })
  }

  /** Another life, under which nothing else changes. */
  putBefore(name: Buffer, before: Buffer): void {
    this.#heads.put(name, before)
  }

  /** @param before what stands there. */
  remove(name: Buffer, before: Buffer, isEviction: boolean = false): void {
    this.#heads.remove(name)
    this.#values.remove(name)
    this.uses.forget(name)
    this.#count({ entries: -1, bytes: -bytesOf(before), evictions: isEviction ? 1 : 0 })
  }

  /** The next entries of a round through all of them. */
  next(most: number): { readonly rows: readonly Row[]; readonly isRound: boolean } {
    return this.#round.next(most)
  }

  /** Of a file that was closed, nothing: whoever watches is not to fail because it is over. */
  stats(): CacheStoreStats {
    const tally = this.#environment.isClosed ? undefined : this.#facts.get(tallyKey)
    if (tally?.length !== tallyLength) return { entries: 0, bytes: 0, evictions: 0 }
    return {
      entries: tally.readDoubleLE(0),
      bytes: tally.readDoubleLE(8),
      evictions: tally.readDoubleLE(16),
    }
  }

  #count(change: CacheStoreStats): void {
    const { entries, bytes, evictions } = this.stats()
    const tally = Buffer.alloc(tallyLength)
    tally.writeDoubleLE(entries + change.entries, 0)
    tally.writeDoubleLE(bytes + change.bytes, 8)
    tally.writeDoubleLE(evictions + change.evictions, 16)
    this.#facts.put(tallyKey, tally)
  }
}

/** What an entry takes in the file, about. */
export function bytesOnDisk(before: number, value: number): number {
  return sizeOf(before) + sizeOf(value)
}

function sizeOf(bytes: number): number {
  if (bytes > largestInPage) return Math.ceil((bytes + 16) / pageBytes) * pageBytes + nodeBytes / fill
  return Math.ceil((bytes + nodeBytes) / fill)
}

/** Of what stands before a value that is there. */
function bytesOf(before: Buffer): number {
  const valueLength = before.length >= frameLayout.names ? before.readUInt32LE(frameLayout.heldLength) : 0
  return bytesOnDisk(before.length, valueLength)
}

/** Undefined for what is no entry. */
export function headOf(before: Buffer): FrameHead | undefined {
  try {
    return readFrameHead(before)
  } catch {
    return undefined
  }
}
