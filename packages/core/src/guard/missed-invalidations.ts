/** Invalidations that the backend did not confirm: remembered, and applied before anything stored is believed again. */
import { isPromise } from '../kit/promise.ts'
import type { CacheScope, CacheStore, Mark } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Circuit } from './circuit.ts'
import { NoAnswer, withDeadline } from './deadline.ts'

export interface MissedInvalidationsOptions {
  readonly store: CacheStore
  readonly clock: Clock
  readonly writes: Circuit
}

interface Missed {
  readonly scope: CacheScope
  /** By what they invalidate, so that each is remembered once; hard ones win. */
  readonly marks: Map<string, { readonly mark: Mark; readonly soft: boolean }>
  readonly keys: Map<string, object>
}

/** More than this of one cache is remembered as 'everything'. */
const mostRemembered = 1_000

const retryMs = 250

const applyTimeoutMs = 1_000

export class MissedInvalidations {
  readonly #options: MissedInvalidationsOptions
  readonly #byScope = new Map<string, Missed>()
  #isApplying = false
  #isWaiting = false

  constructor(options: MissedInvalidationsOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#byScope.size === 0
  }

  /** Whether something of this cache waits: nothing stored is to be believed until then. */
  has(scope: CacheScope): boolean {
    return this.#byScope.size > 0 && this.#byScope.has(scope.name)
  }

  marks(scope: CacheScope, marks: readonly Mark[], soft: boolean): void {
    const missed = this.#of(scope)
    for (const mark of marks) {
      const name = nameOf(mark)
      if (soft && missed.marks.get(name)?.soft === false) continue
      // A new object also for a mark that is known: one that is being applied just now does not hold for what is stored since.
      missed.marks.set(name, { mark, soft })
    }
    this.#bound(missed)
    this.#later()
  }

  key(scope: CacheScope, key: string): void {
    const missed = this.#of(scope)
    missed.keys.set(key, {})
    this.#bound(missed)
    this.#later()
  }

  /** The cache is closed: nobody is left to believe anything, or to try again. */
  forget(scope: CacheScope): void {
    this.#byScope.delete(scope.name)
  }

  /** Tries now, unless the backend is known to be away. Never throws or rejects. */
  apply(): void {
    if (this.#byScope.size === 0 || this.#isApplying) return
    const { writes } = this.#options
    if (!writes.admits()) return this.#later()
    this.#isApplying = true
    void this.#applyAll()
  }

  /** Tries once more what waits for this cache, for a second at most. Never rejects. */
  async settle(scope: CacheScope): Promise<void> {
    const missed = this.#byScope.get(scope.name)
    if (missed === undefined || this.#isApplying || !this.#options.writes.admits()) return
    this.#isApplying = true
    await withDeadline(this.#applyAll(), applyTimeoutMs, this.#options.clock).catch(ignore)
  }

  async #applyAll(): Promise<void> {
    const { writes } = this.#options
    const { epoch } = writes
    // Each cache for itself: in a cluster, the node of one may be away while that of another answers.
    const applied = await Promise.allSettled([...this.#byScope.values()].map((one) => this.#applyOf(one)))
    const failures = applied.filter((one) => one.status === 'rejected')
    if (failures.length === 0) writes.worked(epoch)
    else writes.failed(epoch, !failures.some(({ reason }) => reason instanceof NoAnswer))
    this.#isApplying = false
    if (this.#byScope.size > 0) this.#later()
  }

  /** What comes in while this runs stays for the next time. */
  async #applyOf(missed: Missed): Promise<void> {
    const { store } = this.#options
    const { scope } = missed
    for (const soft of [false, true]) {
      const applied = [...missed.marks].filter(([, entry]) => entry.soft === soft)
      if (applied.length === 0) continue
      await this.#confirmed(() =>
        store.mark(
          scope,
          applied.map(([, { mark }]) => mark),
          { soft },
        ),
      )
      for (const [name, entry] of applied) if (missed.marks.get(name) === entry) missed.marks.delete(name)
    }
    for (const [key, noted] of missed.keys) {
      await this.#confirmed(() => store.delete(scope, key))
      if (missed.keys.get(key) === noted) missed.keys.delete(key)
    }
    const isDone = missed.marks.size === 0 && missed.keys.size === 0
    if (isDone && this.#byScope.get(scope.name) === missed) this.#byScope.delete(scope.name)
  }

  async #confirmed(ask: () => unknown): Promise<void> {
    const answer = ask()
    if (isPromise(answer)) await withDeadline(answer, applyTimeoutMs, this.#options.clock)
  }

  #of(scope: CacheScope): Missed {
    let missed = this.#byScope.get(scope.name)
    if (missed === undefined) {
      missed = { scope, marks: new Map(), keys: new Map() }
      this.#byScope.set(scope.name, missed)
    }
    return missed
  }

  #bound({ marks, keys }: Missed): void {
    if (marks.size + keys.size <= mostRemembered) return
    const soft = keys.size === 0 && [...marks.values()].every((entry) => entry.soft)
    marks.clear()
    keys.clear()
    marks.set('all', { mark: { type: 'all' }, soft })
  }

  #later(): void {
    if (this.#isWaiting || this.#isApplying || this.#options.writes.isOver) return
    this.#isWaiting = true
    this.#options.clock.schedule(retryMs, () => {
      this.#isWaiting = false
      this.apply()
    })
  }
}

function nameOf(mark: Mark): string {
  if (mark.type === 'label') return `label ${mark.label}`
  return mark.type === 'prefix' ? `prefix ${mark.prefix}` : 'all'
}

function ignore(): void {}
