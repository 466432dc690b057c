/** The one shape of all contestants that cache data in memory. */
import type { ContestantRole } from './result.ts'

export interface DataContestant {
  readonly name: string
  readonly role: ContestantRole
  /** Its look for a value loads what is not there: it has no other. */
  readonly getLoads?: boolean
  /** It keeps values in Redis, too: only what it answers from memory is compared with the others. */
  readonly hasRedis?: boolean
  /** `redisUrl` is there for whoever has Redis. */
  make(redisUrl?: string): DataSubject
}

export interface DataSubject {
  set(key: string, value: unknown): unknown
  /** The value, or a promise of it; undefined or null when there is none. */
  get(key: string): unknown
  /** The value, loaded when it is not there. */
  getOrLoad(key: string, load: () => Promise<unknown>): unknown
  close(): Promise<void>
}

/** One hour: nothing ends while it is measured. */
export const dataTtlMs = 3_600_000

export const dataEntries = 100_000
