/** Journals in Redis: a stream with one consumer group each, in one Cluster slot, read by one process at a time. */
import { randomUUID } from 'node:crypto'
import { digest, type Journal, type JournalReader, type JournalRecord } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisArgument } from '../connection/redis-client.ts'
import { runScript } from '../connection/run-script.ts'
import { journalScripts, type JournalScripts } from './journal-scripts.ts'
import { RedisJournalReader, type AskStream } from './redis-journal-reader.ts'

export interface RedisJournalOptions {
  readonly connection: Connection
  readonly prefix: string
  /** Default the ones for production; for tests those with a time of their own. */
  readonly scripts?: JournalScripts
}

/** Refreshed by every use. Far longer than anybody leaves a service switched off that still has something to write. */
const keepMs = 30 * 24 * 3_600_000

/** Redis does nothing else while a script runs: a call adds no more than this, but for a single record that is larger. */
const mostPerCall = 256
const mostBytesPerCall = 1_048_576

const scriptsForProduction = journalScripts()

/** Needs Redis 6.2 (`XAUTOCLAIM`). What survives a crash of Redis itself is what its own persistence keeps. */
export class RedisJournal implements Journal {
  readonly #options: RedisJournalOptions
  readonly #scripts: JournalScripts
  /** Consumers are told apart by process, and within it by the token. */
  readonly #process = randomUUID()
  #calls = 0

  constructor(options: RedisJournalOptions) {
    this.#options = options
    this.#scripts = options.scripts ?? scriptsForProduction
  }

  async append(stream: string, records: readonly JournalRecord[], most: number): Promise<number> {
    const ask = this.#asking(stream)
    let added = 0
    while (added < records.length) {
      const part = partOf(records, added)
      const reply = await ask(this.#scripts.append, most, ++this.#calls, ...part.flatMap(wordsOf))
      if (typeof reply !== 'number' || reply < 0)
        throw new TypeError('Redis answered with something that is no number of records')
      added += reply
      if (reply < part.length) break
    }
    return added
  }

  async open(stream: string, ttlMs: number): Promise<JournalReader | undefined> {
    const ask = this.#asking(stream)
    const reply = await ask(this.#scripts.open, ttlMs, `${this.#process}:${++this.#calls}`)
    if (!Buffer.isBuffer(reply)) return undefined
    return new RedisJournalReader({
      ask,
      scripts: this.#scripts,
      token: reply.toString(),
      process: this.#process,
    })
  }

  #asking(stream: string): AskStream {
    const { connection, prefix } = this.#options
    const name = `${prefix}{j:${digest(stream).slice(0, 22)}}`
    const keys = [`${name}s`, `${name}r`]
    // What is in the journal twice could be flushed after what is newer.
    const appending = connection.mayResend ? [...keys, `${name}a:${this.#process}`] : keys
    return (script, ...words) =>
      runScript(connection, script, {
        keys: script === this.#scripts.append ? appending : keys,
        words: [keepMs, ...words],
      })
  }
}

function partOf(records: readonly JournalRecord[], from: number): readonly JournalRecord[] {
  let bytes = 0
  let end = from
  while (end < records.length && end - from < mostPerCall) {
    bytes += records[end]?.value.byteLength ?? 0
    if (bytes > mostBytesPerCall && end > from) break
    end++
  }
  return records.slice(from, end)
}

/** As JSON, a key is the same text again whatever it holds: in UTF-8, unpaired surrogates would all be one character. */
function wordsOf({ key, value }: JournalRecord): RedisArgument[] {
  return [JSON.stringify(key), Buffer.from(value.buffer, value.byteOffset, value.byteLength)]
}
