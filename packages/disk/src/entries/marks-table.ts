/** The marks of one scope on disk, and what this process knows of them. */
import {
  everythingMember,
  headLayout,
  headMagic,
  KnownMarks,
  memberOf,
  mostMarks,
  readMarksHead,
  type Clock,
  type Mark,
  type Marked,
  type MarksHead,
} from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { nameBytes, nameOf } from '../environment/names.ts'
import type { Table } from '../environment/table.ts'

export interface MarksTables {
  /** By scope: the last numbers given out. */
  readonly heads: Table
  /** By scope and mark: its number and its text. */
  readonly marks: Table
  /** By scope, number and mark: the marks in order. */
  readonly order: Table
}

export function marksTables(environment: Environment): MarksTables {
  return {
    heads: environment.table('scopes'),
    marks: environment.table('marks'),
    order: environment.table('marks in order'),
  }
}

const numberBytes = 8

/** For use within a `write` of the environment, but for `learn` and what asks of what was learnt. */
export class MarksTable {
  readonly #tables: MarksTables
  readonly #scope: Buffer
  readonly #clock: Clock
  readonly #known = new KnownMarks()

  /** @param scope its name. */
  constructor(tables: MarksTables, scope: Buffer, clock: Clock) {
    this.#tables = tables
    this.#scope = scope
    this.#clock = clock
  }

  isOutrun(entry: Marked): boolean {
    return this.#known.isOutrun(entry)
  }

  isSoftened(entry: Marked): boolean {
    return this.#known.isSoftened(entry)
  }

  /** Knows every mark that there is: mostly one look that tells nothing new. */
  learn(): void {
    const bytes = this.#tables.heads.get(this.#scope)
    const head = bytes && readMarksHead(bytes)
    if (head === undefined || this.#known.hear(head, this.#known.numbers)) return
    const { order, marks } = this.#tables
    const start = this.#orderKey(this.#known.learntUpTo + 1)
    const end = this.#orderKey(head.markedAt + 1)
    const members = order.keys({ start, end, most: Infinity }).map((key): [string, number] => {
      const text = marks.get(this.#markKey(key.subarray(nameBytes + numberBytes)))
      return [text?.toString('utf8', numberBytes) ?? '', numberIn(key)]
    })
    this.#known.learn(head, members)
    this.#known.hear(head, this.#known.numbers)
  }

  stamp(): number {
    const head = this.#head()
    const last = this.#next(head)
    this.#put({ ...head, last })
    return last
  }

  mark(marks: readonly Mark[], soft: boolean): void {
    const head = this.#head()
    const number = this.#next(head)
    const members = new Set(marks.map((mark) => memberOf(mark, soft)))
    let { count, floor } = head
    if (members.has(everythingMember)) {
      floor = number
      this.#forgetOldest(count)
      count = 0
    } else {
      for (const member of members) if (this.#note(member, number)) count++
      if (count > mostMarks) {
        floor = Math.max(floor, this.#forgetOldest(count - mostMarks))
        count = mostMarks
      }
    }
    this.#put({ ...head, count, floor, last: number, markedAt: number })
  }

  #head(): MarksHead {
    const bytes = this.#tables.heads.get(this.#scope)
    if (bytes === undefined) return { count: 0, floor: 0, markedAt: 0, last: 0, until: 0 }
    const head = readMarksHead(bytes)
    if (head !== undefined) return head
    // What was marked is not known any more: everything made before now counts as invalidated.
    const now = this.#now()
    return { count: 0, floor: now, markedAt: now, last: now, until: 0 }
  }

  /** Numbers are microseconds, or one more than the last: so they grow even when the file was lost. */
  #next({ last }: MarksHead): number {
    return Math.max(last + 1, this.#now())
  }

  #now(): number {
    return Math.floor(this.#clock.now() * 1_000)
  }

  #put({ count, floor, markedAt, last, until }: MarksHead): void {
    const bytes = Buffer.alloc(headLayout.length)
    bytes.set(headMagic, headLayout.magic)
    bytes.writeUInt32LE(count, headLayout.count)
    bytes.writeDoubleLE(floor, headLayout.floor)
    bytes.writeDoubleLE(markedAt, headLayout.markedAt)
    bytes.writeDoubleLE(last, headLayout.last)
    bytes.writeDoubleLE(until, headLayout.until)
    this.#tables.heads.put(this.#scope, bytes)
  }

  /** True when the mark is new. */
  #note(member: string, number: number): boolean {
    const { marks, order } = this.#tables
    const name = nameOf(member)
    const key = this.#markKey(name)
    const before = marks.get(key)
    if (before !== undefined) order.remove(this.#orderKey(before.readDoubleLE(), name))
    const value = Buffer.alloc(numberBytes + Buffer.byteLength(member))
    value.writeDoubleLE(number)
    value.write(member, numberBytes)
    marks.put(key, value)
    order.put(this.#orderKey(number, name), Buffer.from([1]))
    return before === undefined
  }

  /** Returns the number of the last one that went; 0 when there was none. */
  #forgetOldest(most: number): number {
    if (most === 0) return 0
    const { marks, order } = this.#tables
    const span = { start: this.#orderKey(0), end: this.#orderKey(Number.MAX_SAFE_INTEGER), most }
    let number = 0
    for (const key of order.keys(span)) {
      number = numberIn(key)
      marks.remove(this.#markKey(key.subarray(nameBytes + numberBytes)))
      order.remove(key)
    }
    return number
  }

  #markKey(name: Buffer): Buffer {
    return Buffer.concat([this.#scope, name])
  }

  #orderKey(number: number, name: Buffer = Buffer.alloc(0)): Buffer {
    const bytes = Buffer.alloc(numberBytes)
    bytes.writeBigUInt64BE(BigInt(number))
    return Buffer.concat([this.#scope, bytes, name])
  }
}

function numberIn(orderKey: Buffer): number {
  return Number(orderKey.readBigUInt64BE(nameBytes))
}
