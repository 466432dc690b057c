/** A request that waits for another's run of the handler. As there may be very many, one object does for all of it. */
import type { Flight, Waiter } from '../engine/flights.ts'
import type { Undo } from '../ports/clock.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { failed, rescued } from './failed.ts'
import type { Landed } from './landed.ts'
import { lead } from './lead.ts'
import type { Missed } from './missed.ts'
import { forNobody } from './waiting.ts'

/** After this long a purge is seen on every node that can be reached. */
const purgeSeenMs = 1_000

type Resolve = (outcome: MaybePromise<CacheOutcome>) => void

export class Follower implements Waiter<Landed> {
  readonly #missed: Missed
  readonly #resolve: Resolve
  readonly #joinedAt: number
  readonly #stopListening: Undo

  /** @param resolve is given the outcome, which never rejects, or one for nobody as soon as the client leaves. */
  constructor(missed: Missed, flight: Flight<Landed>, resolve: Resolve) {
    this.#missed = missed
    this.#resolve = resolve
    this.#joinedAt = missed.mount.core.clock.now()
    flight.join(this)
    this.#stopListening = missed.miss.request.exchange.onAbort(() => {
      flight.leave(this)
      resolve(forNobody)
    })
  }

  landed(landed: Landed): void {
    const missed = this.#missed
    this.#stopListening()
    try {
      const { after } = missed
      const outcome = this.#mayBePurged(landed) ? after.again(missed) : after.landed(missed, landed)
      this.#resolve(rescued(missed.mount, outcome))
    } catch (error) {
      this.#resolve(failed(missed.mount, error))
    }
  }

  again(): void {
    this.#goOn((missed) => missed.after.again(missed))
  }

  runAlone(): void {
    this.#goOn((missed) => missed.after.runAlone(missed))
  }

  lead(next: Flight<Landed>): void {
    this.#goOn((missed) => lead(missed, next))
  }

  #goOn(way: (missed: Missed) => MaybePromise<CacheOutcome>): void {
    const missed = this.#missed
    this.#stopListening()
    try {
      this.#resolve(rescued(missed.mount, way(missed)))
    } catch (error) {
      this.#resolve(failed(missed.mount, error))
    }
  }

  #mayBePurged({ unvouchedSince }: Landed): boolean {
    if (unvouchedSince === undefined) return false
    const { core } = this.#missed.mount
    return this.#joinedAt - unvouchedSince > purgeSeenMs && core.backend.shared && core.entries.isReadable
  }
}
