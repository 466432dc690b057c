/** Single flight: one load per key at a time, which all who ask meanwhile wait for. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { Turn } from '../engine/turn.ts'
import type { Word } from '../engine/word.ts'
import type { Clock } from '../ports/clock.ts'
import type { StoredValue } from './stored-value.ts'

export type Outcome =
  | { readonly type: 'loaded'; readonly stored: StoredValue }
  | { readonly type: 'failed'; readonly error: unknown }

/** A load that runs for longer hangs, as far as anybody knows: nobody else is to wait for it. */
export const longestJoinedMs = 30_000

export class Load {
  readonly startedAt: number
  /** Something newer came meanwhile: what it brings is its waiters', and is not stored. */
  isOutrun = false
  /** Its loader is being called at this moment: whoever asks now is that loader. */
  isCalling = false
  /** What the other nodes are told of it. */
  word: Word = 'alone'
  /** Its way through the fleet: while it is not over, other nodes and later loads wait for it. */
  turn: Pick<Turn<StoredValue>, 'ended'> | undefined
  /** Never rejects. Undefined while its loader is being called. */
  outcome: Promise<Outcome> | undefined

  constructor(startedAt: number) {
    this.startedAt = startedAt
  }
}

export class Loads {
  readonly #open = new Map<string, Load>()
  readonly #running = new Set<Promise<Outcome>>()

  get size(): number {
    return this.#running.size
  }

  /**
   * The load to wait for.
   * @param isOwn whether it was the key's own loader that asked, as `isCalling` told when it did.
   * @throws ForebayError when it is the caller's own: a loader that waits for itself would wait for ever.
   */
  get(key: string, now: number, isOwn: boolean = false): Promise<Outcome> | undefined {
    const load = this.#open.get(key)
    if (load === undefined || now - load.startedAt >= longestJoinedMs) return undefined
    if (load.outcome !== undefined && !isOwn) return load.outcome
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

  begin(key: string, now: number, run: (load: Load) => Promise<Outcome>): Promise<Outcome> {
    const load = new Load(now)
    this.#open.set(key, load)
    const outcome = run(load).catch((error: unknown): Outcome => ({ type: 'failed', error }))
    load.outcome = outcome
    this.#running.add(outcome)
    void outcome.finally(() => {
      this.#running.delete(outcome)
      if (this.#open.get(key) === load) this.#open.delete(key)
    })
    return outcome
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
    if (this.#running.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = clock.schedule(longestJoinedMs, resolve)
      void Promise.all(this.#running).then(() => {
        cancel()
        resolve()
      })
    })
  }
}
