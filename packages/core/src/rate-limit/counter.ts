/** All keys under one policy of one group. */
import type { AlgorithmName, PolicyDecision } from '../ports/rate-limit-store.ts'
import type { Algorithm, Correction, Moment, State } from './algorithms/algorithm.ts'
import { HitLog } from './algorithms/hit-log.ts'
import { algorithms } from './algorithms/table.ts'
import { fits, judge, judgeCharge } from './judgement.ts'
import { KeyTable } from './key-table.ts'

/** How many counters the keys share that there is no room for. */
const sharedCounters = 1_024

/** Makes room for one more key; false when there is none to be had. */
export type MakeRoom = (now: number) => boolean

export class Counter {
  /** The keys that are kept. */
  readonly table: KeyTable
  readonly #algorithm: Algorithm
  readonly #makeRoom: MakeRoom
  /** Keys that there is no room for are counted together: denied too early perhaps, never unlimited. */
  #shared: KeyTable | undefined
  readonly #blank: State

  constructor(algorithm: AlgorithmName, makeRoom: MakeRoom) {
    this.#algorithm = algorithms[algorithm]
    this.#makeRoom = makeRoom
    this.table = new KeyTable(this.#algorithm)
    this.#blank = { numbers: new Float64Array(this.#algorithm.words), at: 0, log: new HitLog() }
  }

  /** Whether the charge fits; changes nothing. */
  fits(key: string, units: number, moment: Moment): boolean {
    return fits(this.#algorithm, this.#look(key, moment), moment, units)
  }

  /** What the charge would lead to; changes nothing. */
  judge(key: string, units: number, moment: Moment): PolicyDecision {
    return judge(this.#algorithm, this.#look(key, moment), moment, units)
  }

  /** Decides and charges. */
  consume(key: string, units: number, moment: Moment): PolicyDecision {
    const slot = this.table.find(key)
    return slot === -1
      ? this.#consumeNew(key, units, moment)
      : this.#consumeAt(this.table, slot, units, moment)
  }

  #consumeNew(key: string, units: number, moment: Moment): PolicyDecision {
    const { table } = this
    this.#algorithm.begin(this.#blank, moment)
    // A key that is charged nothing needs no room.
    if (units === 0 || !fits(this.#algorithm, this.#blank, moment, units)) {
      return judge(this.#algorithm, this.#blank, moment, units)
    }
    if (!this.#makeRoom(moment.now)) return this.#consumeShared(key, units, moment)
    const added = table.add(key)
    this.#algorithm.begin(table, moment)
    return this.#consumeAt(table, added, units, moment)
  }

  adjust(key: string, moment: Moment, correction: Correction): void {
    const slot = this.table.find(key)
    if (slot === -1) return
    this.#algorithm.adjust(this.table, moment, correction)
    const standing = judge(this.#algorithm, this.table, moment, 0)
    this.table.note(slot, standing.resetAt, standing.remaining === 0)
  }

  #consumeAt(table: KeyTable, slot: number, units: number, moment: Moment): PolicyDecision {
    const decision = judgeCharge(this.#algorithm, table, moment, units)
    table.note(slot, decision.resetAt, decision.remaining === 0 || !decision.allowed)
    return decision
  }

  #consumeShared(key: string, units: number, moment: Moment): PolicyDecision {
    this.#shared ??= new KeyTable(this.#algorithm)
    const name = String(hash(key) % sharedCounters)
    let slot = this.#shared.find(name)
    if (slot === -1) {
      slot = this.#shared.add(name)
      this.#algorithm.begin(this.#shared, moment)
    }
    return this.#consumeAt(this.#shared, slot, units, moment)
  }

  #look(key: string, moment: Moment): State {
    const slot = this.table.find(key)
    if (slot !== -1) {
      this.table.keep(slot)
      return this.table
    }
    this.#algorithm.begin(this.#blank, moment)
    return this.#blank
  }
}

/** FNV-1a over the start of the key: to spread keys, not to keep them apart. */
function hash(key: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < Math.min(key.length, 64); index++) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}
