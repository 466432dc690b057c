/** All that is counted of one key: its counters, and its block. */
import { algorithms, HitLog, type AlgorithmName, type Block, type Policy, type State } from '@forebay/core'
import { endsAtBytes } from '../environment/expiring-table.ts'
import { NumberReader, NumberWriter } from './numbers.ts'

export interface Counter {
  readonly algorithm: AlgorithmName
  readonly name: string
  readonly state: State
  /** From then on it says no more than that of a key never seen, and nothing of it can be given back any more. */
  endsAt: number
}

/** The version of the layout: what has another one is no record. */
const layout = 2

/** How records name them: a number is never given to another one. */
const numbers: Readonly<Record<AlgorithmName, number>> = {
  'sliding-window': 0,
  'fixed-window': 1,
  'sliding-log': 2,
  'token-bucket': 3,
  gcra: 4,
}

const byNumber = new Map(Object.entries(numbers).map(([name, number]) => [number, name as AlgorithmName]))

export class KeyRecord {
  block: Block | undefined
  /** Denied when last asked: not to be forgotten for new keys. */
  isExhausted = false
  readonly #counters: Counter[] = []

  counter({ algorithm, name }: Policy): Counter | undefined {
    return this.#counters.find((counter) => counter.name === name && counter.algorithm === algorithm)
  }

  add({ algorithm, name }: Policy, state: State): Counter {
    const counter = { algorithm, name, state, endsAt: 0 }
    this.#counters.push(counter)
    return counter
  }

  forget(policies: readonly Policy[]): void {
    for (const policy of policies) {
      const counter = this.counter(policy)
      if (counter !== undefined) this.#counters.splice(this.#counters.indexOf(counter), 1)
    }
  }

  /** From when on nothing in it counts any more. */
  get endsAt(): number {
    return Math.max(this.block?.cleanAt ?? 0, ...this.#counters.map(({ endsAt }) => endsAt))
  }

  /** Counters that are over are left out. */
  toBytes(now: number): Buffer {
    const writer = new NumberWriter()
    writer.float(this.endsAt)
    writer.float(layout)
    writer.float(this.isExhausted ? 1 : 0)
    const { until = 0, lengthMs = 0, cleanAt = 0 } = this.block ?? {}
    for (const number of [until, lengthMs, cleanAt]) writer.float(number)
    const counters = this.#counters.filter(({ endsAt }) => endsAt > now)
    writer.float(counters.length)
    for (const { algorithm, name, state, endsAt } of counters) {
      writer.float(numbers[algorithm])
      writer.text(name)
      writer.float(endsAt)
      const { words, keepsLog } = algorithms[algorithm]
      for (let word = 0; word < words; word++) writer.float(state.numbers[state.at + word] ?? 0)
      if (keepsLog) writer.floats(state.log.toNumbers())
    }
    return writer.bytes()
  }

  /** An empty one of what is no record. */
  static fromBytes(bytes: Buffer): KeyRecord {
    try {
      return KeyRecord.#read(bytes)
    } catch {
      return new KeyRecord()
    }
  }

  static #read(bytes: Buffer): KeyRecord {
    const reader = new NumberReader(bytes, endsAtBytes)
    const record = new KeyRecord()
    if (reader.float() !== layout) return record
    record.isExhausted = reader.float() === 1
    const [until, lengthMs, cleanAt] = [reader.float(), reader.float(), reader.float()]
    if (cleanAt > 0) record.block = { until, lengthMs, cleanAt }
    for (let left = reader.float(); left > 0; left--) {
      const algorithm = byNumber.get(reader.float())
      // Of a later version: of the key no more is known.
      if (algorithm === undefined) return new KeyRecord()
      const name = reader.text()
      const endsAt = reader.float()
      const { words, keepsLog } = algorithms[algorithm]
      const state = new Float64Array(words)
      for (let word = 0; word < words; word++) state[word] = reader.float()
      const log = keepsLog ? HitLog.fromNumbers(reader.floats()) : noLog
      record.#counters.push({ algorithm, name, endsAt, state: { numbers: state, at: 0, log } })
    }
    return record
  }
}

/** Of algorithms that keep none. */
const noLog = new HitLog()

/** The state of a key that was never charged. */
export function blankState(policy: Policy, now: number): State {
  const { words, keepsLog } = algorithms[policy.algorithm]
  const state = { numbers: new Float64Array(words), at: 0, log: keepsLog ? new HitLog() : noLog }
  algorithms[policy.algorithm].begin(state, { policy, now })
  return state
}

/** Whether its record says that it was denied when last asked, or kept out. */
export function isHeldBack(bytes: Buffer, now: number): boolean {
  const { isExhausted, block } = KeyRecord.fromBytes(bytes)
  return isExhausted || (block?.until ?? 0) > now
}
