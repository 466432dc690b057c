/** A journal in memory, for tests: it outlives whoever uses it, as one that is kept elsewhere would. */
import type { Clock, Journal, JournalReader, JournalRecord } from '@forebay/core'

interface Kept extends JournalRecord {
  readonly id: string
  /** By a reader that is gone, or by the one that reads now. */
  takenBy: number | undefined
}

interface Stream {
  records: Kept[]
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
      for (const record of added) {
        stream.records.push({ ...copyOf(record), id: String(++stream.added), takenBy: undefined })
      }
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
  return {
    token,
    async read(most) {
      await turn()
      if (!reads()) return undefined
      const unread = stream.records.filter(({ takenBy }) => takenBy !== token)
      // What was taken comes first; it is older than all that was not.
      const taken = unread.filter(({ takenBy }) => takenBy !== undefined)
      const next = (taken.length > 0 ? taken : unread).slice(0, most)
      return next.map((record) => {
        const wasTaken = record.takenBy !== undefined
        record.takenBy = token
        return { ...copyOf(record), id: record.id, wasTaken }
      })
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
