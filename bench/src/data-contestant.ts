/** The one shape of all contestants that cache data in memory. */

export interface DataContestant {
  readonly name: string
  make(): DataSubject
}

export interface DataSubject {
  set(key: string, value: unknown): unknown
  /** The value, or a promise of it; undefined or null when there is none. */
  get(key: string): unknown
  /** The value, loaded when it is not there. Absent where the library has nothing of the kind. */
  readonly getOrLoad: ((key: string, load: () => Promise<unknown>) => unknown) | undefined
  close(): Promise<void>
}

/** One hour: nothing ends while it is measured. */
export const dataTtlMs = 3_600_000

export const dataEntries = 100_000
