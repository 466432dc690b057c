/** Refreshes behind a stored response's back: the app's own handler runs again without a client. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'

/** One refresh on its way. `Subject` is what the recorder of its response has to know. */
export interface Refresh<Subject> {
  readonly key: string
  readonly subject: Subject
  /** The mount that began it. */
  readonly owner: object
  isClaimed: boolean
  hasStored: boolean
  /** Called when it is given up, so that nobody waits for it any longer. */
  abandoned: (() => void) | undefined
}

export interface RefreshCall<Subject> extends Pick<Refresh<Subject>, 'key' | 'subject' | 'owner'> {
  readonly exchange: Exchange
}

/** `early`: it is on its way to the mount that began it. `none`: it has been there, or is another cache's. */
export type Claim<Subject> = Refresh<Subject> | 'early' | 'none'

export interface BackgroundRefreshesOptions {
  readonly clock: Clock
  readonly failed: (error: unknown) => void
}

/** A handler that has not answered a refresh by then is given up. */
const deadlineMs = 30_000

/** After a refresh that stored nothing, for whatever reason, the next one on the same key waits this long. */
const pauseMs = 1_000

/** The client's own conditions are not the refresh's; validators are added when it arrives at the gate. */
const changes: RequestFields = {
  'if-none-match': undefined,
  'if-modified-since': undefined,
  range: undefined,
  'if-range': undefined,
}

/** Clients do not wait for refreshes, and so do not slow them down: more than this at once would crowd them out. */
const mostRunning = 100

/** How many keys' pauses are remembered. */
const rememberedPauses = 1_024

/** `started`: it runs now, or ran a moment ago. `impossible`: this app cannot be dispatched into again. */
export type RefreshStart = 'started' | 'running' | 'impossible'

export class BackgroundRefreshes<Subject> {
  readonly #options: BackgroundRefreshesOptions
  readonly #running = new Map<string, Promise<void>>()
  readonly #byToken = new WeakMap<object, Refresh<Subject>>()
  readonly #pausedUntil = new BoundedMap<string, number>(rememberedPauses)
  #isClosed = false

  constructor(options: BackgroundRefreshesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#running.size
  }

  /** The refresh that a re-dispatched request belongs to, once, and by the mount that began it. */
  claim(token: object, owner: object): Claim<Subject> {
    const refresh = this.#byToken.get(token)
    if (refresh === undefined || refresh.isClaimed) return 'none'
    if (refresh.owner !== owner) return 'early'
    refresh.isClaimed = true
    return refresh
  }

  /** At most one runs per key. Never throws. */
  start(call: RefreshCall<Subject>): RefreshStart {
    const { key, subject, owner } = call
    if (this.#isClosed || this.#running.has(key) || this.#running.size >= mostRunning) return 'running'
    if ((this.#pausedUntil.get(key) ?? 0) > this.#options.clock.now()) return 'running'
    const token = {}
    const refresh: Refresh<Subject> = {
      key,
      subject,
      owner,
      isClaimed: false,
      hasStored: false,
      abandoned: undefined,
    }
    this.#byToken.set(token, refresh)
    const deadline = new AbortController()
    let resolve = (): void => {}
    // Entered before the dispatch: the request may arrive at the gate before `redispatch` returns.
    this.#running.set(key, new Promise((resolved) => (resolve = resolved)))
    let isOver = false
    const finish = (): void => {
      // Given up and done later: the key may be another refresh's by then.
      if (isOver) return
      isOver = true
      this.#running.delete(key)
      // Refused, failed, or answered by something in front of the gate: so it would be again.
      if (!refresh.hasStored) this.#pausedUntil.set(key, this.#options.clock.now() + pauseMs)
      resolve()
    }
    const run = this.#dispatch(call, token, deadline.signal)
    if (run === undefined) {
      finish()
      this.#pausedUntil.delete(key)
      return 'impossible'
    }
    const cancel = this.#options.clock.schedule(deadlineMs, () => {
      deadline.abort()
      // Not left to the app: a handler that ignores the signal must not keep the key from being refreshed.
      refresh.abandoned?.()
      finish()
    })
    run.catch(this.#options.failed).finally(() => {
      cancel()
      finish()
    })
    return 'started'
  }

  /** Tells that what the refresh brought is stored, be it after its response was over. */
  stored(refresh: Refresh<Subject>): void {
    refresh.hasStored = true
    this.#pausedUntil.delete(refresh.key)
  }

  /** Begins no more, and resolves when those that run are over. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#running.values())
  }

  #dispatch(call: RefreshCall<Subject>, token: object, signal: AbortSignal): Promise<void> | undefined {
    try {
      return call.exchange.redispatch(token, changes, signal)
    } catch (error) {
      this.#options.failed(error)
      return undefined
    }
  }
}
