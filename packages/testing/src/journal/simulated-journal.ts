/** A journal in memory, for tests: it outlives whoever uses it, as one that is kept elsewhere would. */
import type { Clock, Journal, JournaledRecord, JournalReader, JournalRecord } from '@forebay/core'

interface Stream {
  records: JournaledRecord[]
  added: number
  token: number
  until: number
}

/** Every answer is a promise that takes a few turns, as an answer from elsewhere would. */
export function simulatedJournal(clock: Clock): Journal {
  const streams = new Map<string, Stream>()
  const streamOf = (name: string): Stream => {
    const stream = streams.get(name) ?? { records: [], added: 0, token: 0, until: 0 }
    streams.set(name, stream)
    return stream
  }
  return {
    async append(name, records, most) {
      await turn()
      const stream = streamOf(name)
      const room = Math.max(0, most - stream.records.length)
      const added = records.slice(0, room)
      for (const record of added) stream.records.push({ ...copyOf(record), id: String(++stream.added) })
      return added.length
    },
    async open(name, ttlMs) {
      await turn()
      const stream = streamOf(name)
      if (stream.until > clock.now()) return undefined
      stream.token++
      stream.until = clock.now() + ttlMs
      return readerOf(stream, clock)
    },
  }
}

function readerOf(stream: Stream, clock: Clock): JournalReader {
  const { token } = stream
  const reads = (): boolean => stream.token === token && stream.until > clock.now()
  let position = 0
  return {
    token,
    async read(most) {
      await turn()
      if (!reads()) return undefined
      const next = stream.records.filter(({ id }) => Number(id) > position).slice(0, most)
      position = Number(next.at(-1)?.id ?? position)
      return next.map((record) => ({ ...copyOf(record), id: record.id }))
    },
    async acknowledge(ids) {
      await turn()
      if (!reads()) return false
      stream.records = stream.records.filter(({ id }) => !ids.includes(id))
      return true
    },
    async renew(ttlMs) {
      await turn()
      if (!reads()) return false
      stream.until = clock.now() + ttlMs
      return true
    },
    async release() {
      await turn()
      if (stream.token === token) stream.until = 0
    },
  }
}

/** Bytes of its own: what the caller does with its buffer afterwards must not matter. */
function copyOf({ key, value }: JournalRecord): JournalRecord {
  return { key, value: value.slice() }
}

async function turn(): Promise<void> {
  await Promise.resolve()
  await Promise.resolve()
}
