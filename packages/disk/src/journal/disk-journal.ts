/** Journals on disk: what was accepted survives the death of every process of the machine. */
import type { Clock, Journal, JournalReader, JournalRecord, JournaledRecord } from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { nameOf, nameBytes } from '../environment/names.ts'
import type { Table } from '../environment/table.ts'
import { noStream, readStream, writeStream, type Stream } from './stream.ts'

export interface DiskJournalOptions {
  readonly environment: Environment
  readonly clock: Clock
}

const numberBytes = 8

export class DiskJournal implements Journal {
  readonly #environment: Environment
  readonly #clock: Clock
  readonly #streams: Table
  readonly #records: Table

  constructor({ environment, clock }: DiskJournalOptions) {
    this.#environment = environment
    this.#clock = clock
    this.#streams = environment.table('streams')
    this.#records = environment.table('journal')
  }

  append(stream: string, records: readonly JournalRecord[], most: number): number {
    const name = nameOf(stream)
    return this.#change(name, (before) => {
      const added = records.slice(0, Math.max(0, most - before.size))
      let { last } = before
      for (const record of added) this.#records.put(keyOf(name, ++last), bytesOf(record))
      if (added.length > 0) this.#put(name, { ...before, last, size: before.size + added.length })
      return added.length
    })
  }

  open(stream: string, ttlMs: number): JournalReader | undefined {
    const name = nameOf(stream)
    const opened = this.#change(name, (before, now) => {
      if (before.until > now) return undefined
      // Later than all before it, even when those were forgotten.
      const token = Math.max(before.token + 1, Math.floor(now * 1_000))
      this.#put(name, { ...before, token, until: now + ttlMs })
      return { token, taken: before.taken }
    })
    return opened && this.#reader(name, opened.token, opened.taken)
  }

  /** @param taken number of the last record that earlier readers took. */
  #reader(name: Buffer, token: number, taken: number): JournalReader {
    let given = 0
    const whileReading = <T>(change: (stream: Stream, now: number) => T): T | undefined =>
      this.#change(name, (stream, now) =>
        stream.token === token && stream.until > now ? change(stream, now) : undefined,
      )
    return {
      token,
      read: (most) =>
        whileReading((stream) => {
          const start = keyOf(name, given + 1)
          const rows = this.#records.rows({ start, end: keyOf(name, Number.MAX_SAFE_INTEGER), most })
          const records = rows.map(({ key, value }) => recordOf(numberOf(key), value, taken))
          given = Number(records.at(-1)?.id ?? given)
          if (given > stream.taken) this.#put(name, { ...stream, taken: given })
          return records
        }),
      acknowledge: (ids) =>
        whileReading((stream) => {
          let { size } = stream
          for (const id of ids) {
            const key = keyOf(name, Number(id))
            if (!this.#records.has(key)) continue
            this.#records.remove(key)
            size--
          }
          this.#put(name, { ...stream, size })
          return true
        }) ?? false,
      renew: (ttlMs) =>
        whileReading((stream, now) => {
          this.#put(name, { ...stream, until: now + ttlMs })
          return true
        }) ?? false,
      release: () => {
        whileReading((stream) => this.#put(name, { ...stream, until: 0 }))
      },
    }
  }

  #change<T>(name: Buffer, change: (stream: Stream, now: number) => T): T {
    return this.#environment.write(() => {
      const bytes = this.#streams.get(name)
      return change(bytes === undefined ? noStream : readStream(bytes), this.#clock.now())
    })
  }

  #put(name: Buffer, stream: Stream): void {
    this.#streams.put(name, writeStream(stream))
  }
}

function keyOf(name: Buffer, number: number): Buffer {
  const key = Buffer.alloc(nameBytes + numberBytes)
  key.set(name)
  key.writeBigUInt64BE(BigInt(number), nameBytes)
  return key
}

function numberOf(key: Buffer): number {
  return Number(key.readBigUInt64BE(nameBytes))
}

/** The key as JSON, which keeps every text exactly, then the value. */
function bytesOf({ key, value }: JournalRecord): Buffer {
  const name = Buffer.from(JSON.stringify(key))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(name.length)
  return Buffer.concat([length, name, value])
}

function recordOf(number: number, bytes: Buffer, taken: number): JournaledRecord {
  const valueAt = 4 + bytes.readUInt32LE()
  return {
    id: String(number),
    key: JSON.parse(bytes.toString('utf8', 4, valueAt)) as string,
    value: bytes.subarray(valueAt),
    wasTaken: number <= taken,
  }
}
