/** The one reader of a stream: a consumer that first claims what earlier consumers left, then reads on. */
import type { JournaledRecord, JournalReader } from '@forebay/core'
import type { RedisArgument } from '../connection/redis-client.ts'
import type { Script } from '../connection/script.ts'
import type { JournalScripts } from './journal-scripts.ts'

/** Asks Redis about one stream. */
export type AskStream = (script: Script, ...words: readonly RedisArgument[]) => Promise<unknown>

export interface RedisJournalReaderOptions {
  readonly ask: AskStream
  readonly scripts: JournalScripts
  readonly token: string
  readonly process: string
}

/** Redis does nothing else while a script runs. */
const mostIdsPerCall = 1_000

export class RedisJournalReader implements JournalReader {
  readonly token: number
  readonly #ask: AskStream
  readonly #scripts: JournalScripts
  readonly #token: string
  readonly #consumer: string
  /** From which id on an earlier reader may have left records; empty when there are no more. */
  #claimFrom = '0-0'
  /** The id of the record that was given last. */
  #after = '0-0'

  constructor({ ask, scripts, token, process }: RedisJournalReaderOptions) {
    this.token = Number(token)
    this.#ask = ask
    this.#scripts = scripts
    this.#token = token
    this.#consumer = `${process}:${token}`
  }

  async read(most: number): Promise<readonly JournaledRecord[] | undefined> {
    for (;;) {
      const where = [this.#claimFrom, this.#after]
      const reply = await this.#ask(this.#scripts.read, this.#token, this.#consumer, most, ...where)
      if (!Array.isArray(reply)) return undefined
      const [claimFrom, records, wasTaken] = reply as [Buffer, RawRecord[], number]
      this.#claimFrom = claimFrom.toString()
      // A claim looks at a bounded number of entries, and may find no record that is still there: then it goes on.
      if (records.length > 0 || this.#claimFrom === '') {
        this.#after = records.at(-1)?.[0].toString() ?? this.#after
        return records.map((record) => recordOf(record, wasTaken === 1))
      }
    }
  }

  async acknowledge(ids: readonly string[]): Promise<boolean> {
    for (let from = 0; from < ids.length; from += mostIdsPerCall) {
      const part = ids.slice(from, from + mostIdsPerCall)
      if ((await this.#ask(this.#scripts.acknowledge, this.#token, ...part)) !== 1) return false
    }
    return true
  }

  async renew(ttlMs: number): Promise<boolean> {
    return (await this.#ask(this.#scripts.renew, this.#token, ttlMs)) === 1
  }

  async release(): Promise<void> {
    await this.#ask(this.#scripts.release, this.#token)
  }
}

type RawRecord = readonly [id: Buffer, fields: readonly Buffer[]]

function recordOf([id, fields]: RawRecord, wasTaken: boolean): JournaledRecord {
  const [, key, , value] = fields
  if (key === undefined || value === undefined)
    throw new TypeError('Redis answered with something that is no record')
  return { id: id.toString(), key: JSON.parse(key.toString()) as string, value, wasTaken }
}
