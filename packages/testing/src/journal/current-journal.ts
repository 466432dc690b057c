/** The journal of the running test, and short words for what tests do with it. */
import type { Journal, JournaledRecord, JournalReader, JournalRecord } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend, type CurrentBackend } from '../with-backend.ts'

export interface CurrentJournal {
  readonly journal: Journal
  /** The same journal, as another process sees it. */
  readonly elsewhere: Journal
  advance(ms: number): Promise<void>
  /** Appends texts to a stream: `['key', 'value']`. */
  add(...texts: readonly (readonly [key: string, value: string])[]): Promise<void>
  open(ttlMs?: number, journal?: Journal): Promise<JournalReader>
}

/** To be called within `describe`. */
export function withJournal(harness: BackendHarness): CurrentJournal {
  const current: CurrentBackend = withBackend(harness)
  const journal = (): Journal => {
    const { journal: found } = current.backend
    if (found === undefined) throw new Error('this backend has no journal')
    return found
  }
  return {
    get journal() {
      return journal()
    },
    get elsewhere() {
      return current.neighbour?.journal ?? journal()
    },
    advance: (ms) => current.advance(ms),
    async add(...texts) {
      const added = await journal().append('stream', texts.map(recordOf), 1_000)
      if (added !== texts.length) throw new Error(`${added} records were added`)
    },
    async open(ttlMs = 10_000, where = journal()) {
      const reader = await where.open('stream', ttlMs)
      if (reader === undefined) throw new Error('there is a reader already')
      return reader
    },
  }
}

export function recordOf([key, value]: readonly [key: string, value: string]): JournalRecord {
  return { key, value: Buffer.from(value) }
}

/** Records as `key=value`; `lost` for a reader that is. */
export function textsOf(records: readonly JournaledRecord[] | undefined): string[] {
  return records?.map(({ key, value }) => `${key}=${Buffer.from(value).toString()}`) ?? ['lost']
}

export function idsOf(records: readonly JournaledRecord[] | undefined): string[] {
  return records?.map(({ id }) => id) ?? []
}

/** All that there is, read in parts of at most `most`. */
export async function readAll(reader: JournalReader, most: number): Promise<JournaledRecord[]> {
  const all: JournaledRecord[] = []
  for (;;) {
    const part = await reader.read(most)
    if (part === undefined) throw new Error('the reader is lost')
    if (part.length > most) throw new Error(`asked for ${most} records, got ${part.length}`)
    if (part.length === 0) return all
    all.push(...part)
  }
}
