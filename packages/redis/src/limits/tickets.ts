/** A client of the user's may send a call twice after a break, or late. Each call then carries a ticket, good for one run. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '@forebay/core'
import type { ScriptCall } from '../connection/run-script.ts'

export interface Ticket {
  readonly key: string
  /** On the server's clock: when the call is too late to run, and the ticket's key expires. 0 while that clock is not known. */
  readonly until: number
}

/** How long a ticket outlives its call's deadline, because the server's clock is known only to some milliseconds. */
const slackMs = 1_000

/** What the error of a call begins with whose ticket was used, or is over. */
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

  /** After the server's clock was set forward, every call looks late: the next ones go without an instant, until it is known. */
  failed(error: unknown): void {
    if (error instanceof Error && error.message.startsWith(refusal)) this.#isClockKnown = false
  }
}
