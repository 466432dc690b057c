/** Single flight: one load per key at a time, which all who ask meanwhile wait for. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { Turn } from '../engine/turn.ts'
import type { Word } from '../engine/word.ts'
import type { Clock } from '../ports/clock.ts'
import type { StoredValue } from './stored-value.ts'

export type Outcome =
  | {
      readonly type: 'loaded'
      readonly stored: StoredValue
      /** What the loader gave, where it was this node's. */
      readonly own?: { readonly value: unknown }
    }
  | { readonly type: 'failed'; readonly error: unknown }

/** A load that runs for longer hangs, as far as anybody knows: nobody else is to wait for it. */
export const longestJoinedMs = 30_000

/** Who has joined before waits for longer, as loaders may be slow; but one may be waiting for itself. */
const longestWaitMs = 600_000

/** After this long, what is invalidated on one node is so for whoever asks on any other. */
const seenMs = 1_000

export class Load {
  readonly startedAt: number
  /** Something newer came meanwhile: what it brings is its waiters', and is not stored. */
  isOutrun = false
  /** A store that answers has not taken what it brought: it may have been invalidated elsewhere. */
  isRefused = false
  /** Its loader is being called at this moment: whoever asks now is that loader. */
  isCalling = false
  /** What the other nodes are told of it. */
  word: Word = 'alone'
  /** Its way through the fleet: while it is not over, other nodes and later loads wait for it. */
  turn: Pick<Turn<StoredValue>, 'ended'> | undefined
  /** Never rejects. Undefined while its loader is being called. */
  outcome: Promise<Outcome> | undefined
  #joined: Promise<Outcome> | undefined

  constructor(startedAt: number) {
    this.startedAt = startedAt
  }

  /** The outcome for whoever joins: a failure when the load hangs for too long. One timer serves all. */
  joined(clock: Clock, outcome: Promise<Outcome>, failure: () => Error): Promise<Outcome> {
    this.#joined ??= new Promise((resolve) => {
      const leftMs = this.startedAt + longestWaitMs - clock.now()
      const cancel = clock.schedule(leftMs, () => resolve({ type: 'failed', error: failure() }))
      void outcome.then(resolve).finally(cancel)
    })
    return this.#joined
  }
}

/** How a load is run, and where its time comes from. */
export interface Loading {
  readonly clock: Clock
  readonly run: (load: Load) => Promise<Outcome>
}

export class Loads {
  readonly #open = new Map<string, Load>()
  /** Those that were outrun, too. */
  #running = 0
  #whenOver: (() => void)[] = []

  /**
   * What becomes of the load that is on its way; undefined when there is none to wait for.
   * @param isOwn whether it was the key's own loader that asked, as `isCalling` told when it did.
   * @throws ForebayError when it is the caller's own: a loader that waits for itself would wait for ever.
   */
  join(key: string, loading: Loading, isOwn: boolean = false): Promise<Outcome> | undefined {
    const load = this.#open.get(key)
    if (load === undefined) return undefined
    const ageMs = loading.clock.now() - load.startedAt
    if (ageMs >= longestJoinedMs) return undefined
    if (load.outcome !== undefined && !isOwn) {
      const outcome = load.joined(loading.clock, load.outcome, () => waitedInVain(key))
      return ageMs > seenMs ? this.#upToDate(key, loading, load, outcome) : outcome
    }
    throw new ForebayError(
      'FOREBAY_INVALID_ARGUMENT',
      `getOrLoad: the loader of ${JSON.stringify(key.slice(0, 60))} asks for the key that it is to load. Accepted: other keys.`,
    )
  }

  /** Whether whoever asks at this moment is the key's own loader. To be asked before anything is waited for. */
  isCalling(key: string): boolean {
    return this.#open.get(key)?.isCalling === true
  }

  /** Whether one is on its way that others may wait for. */
  has(key: string, now: number): boolean {
    const load = this.#open.get(key)
    return load !== undefined && now - load.startedAt < longestJoinedMs
  }

  begin(key: string, loading: Loading): Promise<Outcome> {
    const load = new Load(loading.clock.now())
    this.#open.set(key, load)
    this.#running++
    load.outcome = loading.run(load).then(
      (outcome) => this.#over(key, load, outcome),
      (error: unknown) => this.#over(key, load, { type: 'failed', error }),
    )
    return load.outcome
  }

  #over(key: string, load: Load, outcome: Outcome): Outcome {
    if (this.#open.get(key) === load) this.#open.delete(key)
    if (--this.#running === 0 && this.#whenOver.length > 0)
      for (const over of this.#whenOver.splice(0)) over()
    return outcome
  }

  /** For who joined so late that an invalidation elsewhere may have come before. */
  async #upToDate(key: string, loading: Loading, load: Load, first: Promise<Outcome>): Promise<Outcome> {
    const outcome = await first
    return load.isRefused ? await (this.join(key, loading) ?? this.begin(key, loading)) : outcome
  }

  /** Whoever asks from now on gets something newer than what is on its way. */
  outrun(key: string): void {
    const load = this.#open.get(key)
    if (load === undefined) return
    load.isOutrun = true
    load.turn?.ended('free')
    this.#open.delete(key)
  }

  /** The same for all, of which some may be concerned: which, the marks in the store tell. */
  part(): void {
    for (const { turn } of this.#open.values()) turn?.ended('free')
    this.#open.clear()
  }

  /** Resolves when none is on its way any longer; those that hang are not waited for. */
  over(clock: Clock): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = clock.schedule(longestJoinedMs, resolve)
      this.#whenOver.push(() => {
        cancel()
        resolve()
      })
    })
  }
}

function waitedInVain(key: string): ForebayError {
  return new ForebayError(
    'FOREBAY_LOADER_TIMEOUT',
    `getOrLoad: another's load of ${JSON.stringify(key.slice(0, 60))} gave no value within ${longestWaitMs} ms. Does its loader ask for that key itself?`,
  )
}
