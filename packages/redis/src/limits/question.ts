/** What Redis is asked of one key. */
import type { KeyName } from './key-names.ts'
import type { Plan } from './plans.ts'

/** A question together with who waits for its answer: one object, because there are many. */
export interface Question {
  readonly name: KeyName
  readonly plan: Plan
  /** How many policies the answer tells of. */
  readonly policies: number
  /** @param at where in the reply the answer begins. */
  readonly answered: (reply: Buffer, at: number, call: Call) => void
  readonly failed: (error: unknown) => void
}

/** When a call was answered. Instants on the local clock but for `now`, which is the server's. */
export interface Call {
  readonly now: number
  readonly sentAt: number
  readonly receivedAt: number
}
