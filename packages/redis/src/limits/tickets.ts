/** A client that somebody else opened may send a call again after a break, or late: a ticket is good for one run of it. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '@forebay/core'
import type { ScriptCall } from '../connection/run-script.ts'

export interface Ticket {
  readonly key: string
  /** On the server's clock: when it expires. 0 while that clock is not known. */
  readonly until: number
}

/** How long after its call was given up a ticket is kept: no two clocks agree to the millisecond. */
const slackMs = 1_000

/** What the script says when it does not run. */
export const refusal = 'FOREBAYTWICE'

/** The last key and the last word are the ticket's. */
export function withTicket({ keys, words }: ScriptCall, { key, until }: Ticket): ScriptCall {
  return { keys: [...keys, key], words: [...words, String(until)] }
}

export class Tickets {
  readonly #prefix: string
  readonly #clock: Clock
  readonly #lifeMs: number
  readonly #id = randomBytes(12).toString('base64url')
  #count = 0
  #isClockKnown = false

  /** @param options.clock the server's; `timeoutMs`: after that a call is given up. */
  constructor(options: { readonly prefix: string; readonly clock: Clock; readonly timeoutMs: number }) {
    this.#prefix = options.prefix
    this.#clock = options.clock
    this.#lifeMs = options.timeoutMs + slackMs
  }

  /** @param tag what the slot of the call's keys is chosen by. */
  take(tag: number): Ticket {
    const until = this.#isClockKnown ? Math.ceil(this.#clock.now() + this.#lifeMs) : 0
    return { key: `${this.#prefix}{${tag}}t1:${this.#id}:${(++this.#count).toString(36)}`, until }
  }

  answered(): void {
    this.#isClockKnown = true
  }

  /** When the server's clock was set, every call looks late: it has to be learnt anew. */
  failed(error: unknown): void {
    if (error instanceof Error && error.message.startsWith(refusal)) this.#isClockKnown = false
  }
}
