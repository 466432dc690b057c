/** What a part finds: numbers per contestant and round, from which tables and bars are made. Goes into the JSON as it is. */

export interface Result {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface Row {
  readonly name: string
  readonly role: Role
  /** By measure, one number per round. Empty where `failure` says why. */
  readonly values: Readonly<Record<string, readonly number[]>>
  /** Why there are no numbers. */
  readonly failure?: string
}

/** `again` is the floor once more: how far it is from the floor is noise. */
export type Role = ContestantRole | 'again'

/** A `floor` does nothing but what all have to do. */
export type ContestantRole = 'floor' | 'ours' | 'peer'

export interface Column {
  readonly heading: string
  /** Which of a row's measures it is about. */
  readonly measure: string
  /** `ratio` and `added` are to the first row, round by round; `spread` is that of the ratio. */
  readonly show: 'median' | 'ratio' | 'spread' | 'added'
  readonly digits: number
}

/** A ratio beside its spread. */
export function ratioColumns(measure: string, floor: string): readonly Column[] {
  return [
    { heading: `ratio to ${floor}`, measure, show: 'ratio', digits: 2 },
    { heading: '±', measure, show: 'spread', digits: 2 },
  ]
}

/** A row without numbers, as one that only says why. */
export function failed(name: string, role: Role, reason: unknown): Row {
  return { name, role, values: {}, failure: reason instanceof Error ? reason.message : String(reason) }
}

/** Stands for a part that cannot be run here. */
export function withoutRedis(title: string): Result {
  const reason = 'no redis-server found: name one in REDIS_SERVER_BIN, or a running one in FOREBAY_REDIS_URL'
  return {
    title,
    columns: [{ heading: 'decisions', measure: 'none', show: 'median', digits: 0 }],
    rows: [failed('Redis', 'floor', reason)],
  }
}
