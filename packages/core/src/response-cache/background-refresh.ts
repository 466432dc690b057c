/** Refreshes behind a stored response's back: the app's own handler runs again without a client. */
import { BoundedMap } from '../kit/bounded-map.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'

/** One refresh on its way. `Subject` is what the recorder of its response has to know. */
export interface Refresh<Subject> {
  readonly key: string
  readonly subject: Subject
}

export interface RefreshCall<Subject> {
  readonly key: string
  readonly subject: Subject
  readonly exchange: Exchange
}

export interface BackgroundRefreshesOptions {
  readonly clock: Clock
  readonly failed: (error: unknown) => void
}

/** A handler that has not answered a refresh by then is given up. */
const deadlineMs = 30_000

/** After a refresh that stored nothing, the next one on the same key waits this long. */
const pauseMs = 1_000

/** The client's own conditions are not the refresh's; validators are added when it arrives at the gate. */
const changes: RequestFields = {
  'if-none-match': undefined,
  'if-modified-since': undefined,
  range: undefined,
  'if-range': undefined,
}

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

  /** The refresh that a re-dispatched request belongs to, once: a token opens no second door. */
  claim(token: object): Refresh<Subject> | undefined {
    const refresh = this.#byToken.get(token)
    this.#byToken.delete(token)
    return refresh
  }

  /** At most one runs per key. Never throws. */
  start(call: RefreshCall<Subject>): RefreshStart {
    const { key } = call
    if (this.#isClosed || this.#running.has(key)) return 'running'
    if ((this.#pausedUntil.get(key) ?? 0) > this.#options.clock.now()) return 'running'
    const token = {}
    this.#byToken.set(token, { key, subject: call.subject })
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
      // It never came to the gate: something in front of it answered instead, and would again.
      if (this.#byToken.delete(token)) this.pause(key)
      resolve()
    }
    const run = this.#dispatch(call, token, deadline.signal)
    if (run === undefined) {
      this.#byToken.delete(token)
      finish()
      return 'impossible'
    }
    const cancel = this.#options.clock.schedule(deadlineMs, () => {
      deadline.abort()
      // Not left to the app: a handler that ignores the signal must not keep the key from being refreshed.
      finish()
    })
    run.catch(this.#options.failed).finally(() => {
      cancel()
      finish()
    })
    return 'started'
  }

  /** Tells that a refresh on the key stored nothing. */
  pause(key: string): void {
    this.#pausedUntil.set(key, this.#options.clock.now() + pauseMs)
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
