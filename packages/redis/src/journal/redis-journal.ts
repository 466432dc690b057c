/** Journals in Redis: a stream with one consumer group each, in one Cluster slot, read by one process at a time. */
import { randomUUID } from 'node:crypto'
import type { Journal, JournalReader, JournalRecord } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisArgument } from '../connection/redis-client.ts'
import { runScript } from '../connection/run-script.ts'
import { shortDigest } from '../short-digest.ts'
import { journalScripts, type JournalScripts } from './journal-scripts.ts'
import { RedisJournalReader, type AskStream } from './redis-journal-reader.ts'

export interface RedisJournalOptions {
  readonly connection: Connection
  readonly prefix: string
  /** For tests, whose scripts are told the time. */
  readonly scripts?: JournalScripts
}

/** How long an unused stream is kept: longer than a service that still has something to write is left switched off. */
const keepMs = 30 * 24 * 3_600_000

/** Redis does nothing else while a script runs, so one call adds no more than this; a single larger record goes alone. */
const mostPerCall = 256
const mostBytesPerCall = 1_048_576

const scriptsForProduction = journalScripts()

/** Needs Redis 6.2 (`XAUTOCLAIM`). A crash of Redis itself survives only what its own persistence has kept. */
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
    const name = `${prefix}{j:${shortDigest(stream)}}`
    const keys = [`${name}s`, `${name}r`]
    // A record that is appended twice, because the client resends, could be flushed once more after a newer one.
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

/** A key goes as JSON, which keeps unpaired surrogates apart: in UTF-8 they would all be one character. */
function wordsOf({ key, value }: JournalRecord): RedisArgument[] {
  return [JSON.stringify(key), Buffer.from(value.buffer, value.byteOffset, value.byteLength)]
}
