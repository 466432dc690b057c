/** Questions asked in one tick travel together: one script call for all of one shape, in a Cluster one for each slot. */
import type { Clock } from '@forebay/core'
import type { Answering } from '../connection/answering.ts'
import { endOfAnswer } from './answers.ts'
import type { Connection } from '../connection/connection.ts'
import { askScript } from '../connection/run-script.ts'
import type { ConsumeShape } from './consume-shape.ts'
import type { Question } from './question.ts'
import type { LimitsScripts } from './script/limits-script.ts'
import { withTicket, type Tickets } from './tickets.ts'
import { anyCall, consumingCall } from './travelling.ts'

export interface BatcherOptions {
  readonly connection: Connection
  readonly clock: Clock
  readonly scripts: LimitsScripts
  /** Given where the client may send a call twice. */
  readonly tickets: Tickets | undefined
  /** Told the server's time of every reply, with the local instants around it. */
  readonly learn: (now: number, sentAt: number, receivedAt: number) => void
}

/** A reply begins with the server's time, as a float; then come the answers. */
const timeBytes = 8

/**
 * How many questions a call decides at most. Redis does nothing else while a script runs; and with several smaller calls, this
 * process works on the first answers while Redis works on the next questions.
 */
const mostPerCall = 16

/** Questions of one slot: those that consume by the script that they need, and all others. */
class Travellers {
  readonly consuming = new Map<ConsumeShape, Question[]>()
  readonly others: Question[] = []

  add(question: Question): void {
    const { shape } = question.plan
    if (shape === undefined) {
      this.others.push(question)
      return
    }
    const together = this.consuming.get(shape)
    if (together === undefined) this.consuming.set(shape, [question])
    else together.push(question)
  }
}

/**
 * While no call is under way, a question leaves as soon as the code that asks it has run (`nextTick`), so that a lone decision
 * waits for nobody. Otherwise it leaves at the end of the turn of the event loop (`setImmediate`), with all that join it.
 */
export class Batcher {
  readonly #options: BatcherOptions
  #asked: Question[] = []
  /** Names for which something other than `consume` waits to be sent. */
  readonly #others = new Set<string>()
  #isSending = false
  #underWay = 0

  constructor(options: BatcherOptions) {
    this.#options = options
  }

  /** What one limiter asks of one key is answered in the order in which it was asked, unless a script has to be loaded first. */
  ask(question: Question): void {
    const { name, plan } = question
    if (plan.shape === undefined) this.#others.add(name.text)
    // Within one sending, those that consume go first. What was asked of this key before has to be sent before.
    else if (this.#others.size > 0 && this.#others.has(name.text)) this.#send()
    this.#asked.push(question)
    if (this.#isSending) return
    this.#isSending = true
    if (this.#underWay === 0) process.nextTick(this.#sendNow)
    else setImmediate(this.#sendNow)
  }

  readonly #sendNow = (): void => {
    this.#isSending = false
    this.#send()
  }

  #send(): void {
    const asked = this.#asked
    this.#asked = []
    if (this.#others.size > 0) this.#others.clear()
    if (asked.length === 1) return this.#call(asked)
    const { isCluster } = this.#options.connection
    const bySlot = new Map<number, Travellers>()
    for (const question of asked) {
      const slot = isCluster ? question.name.tag : 0
      let travellers = bySlot.get(slot)
      if (travellers === undefined) {
        travellers = new Travellers()
        bySlot.set(slot, travellers)
      }
      travellers.add(question)
    }
    for (const { consuming, others } of bySlot.values()) {
      for (const together of consuming.values()) this.#sendInCalls(together)
      this.#sendInCalls(others)
    }
  }

  #sendInCalls(asked: readonly Question[]): void {
    for (let from = 0; from < asked.length; from += mostPerCall) {
      this.#call(asked.length <= mostPerCall ? asked : asked.slice(from, from + mostPerCall))
    }
  }

  #call(asked: readonly Question[]): void {
    const { connection, clock, scripts, tickets } = this.#options
    const shape = asked[0]?.plan.shape
    const script = shape === undefined ? scripts.whole : scripts.consuming(shape)
    const call = shape === undefined ? anyCall(asked) : consumingCall(asked, connection.isOwn)
    const ticket = tickets?.take(asked[0]?.name.tag ?? 0)
    this.#underWay++
    const travelling = ticket === undefined ? call : withTicket(call, ticket)
    askScript(connection, script, travelling, this.#answering(asked, clock.now()))
  }

  #answering(asked: readonly Question[], sentAt: number): Answering {
    return {
      answered: (reply) => {
        this.#underWay--
        this.#answer(asked, reply, sentAt)
      },
      failed: (error) => {
        this.#underWay--
        const { tickets } = this.#options
        tickets?.failed(error)
        const mayAskAgain = asked.length > 1 && tickets === undefined && isSentAround(error)
        for (const one of asked) {
          if (mayAskAgain) this.#call([one])
          else one.failed(error)
        }
      },
    }
  }

  #answer(asked: readonly Question[], reply: unknown, sentAt: number): void {
    const { clock, learn, tickets } = this.#options
    if (!Buffer.isBuffer(reply) || !isOf(asked, reply)) {
      const error = new TypeError('Redis answered with something that is no decision')
      for (const one of asked) one.failed(error)
      return
    }
    const receivedAt = clock.now()
    const now = reply.readDoubleLE(0)
    learn(now, sentAt, receivedAt)
    tickets?.answered()
    const call = { now, sentAt, receivedAt }
    let at = timeBytes
    for (const one of asked) {
      const next = endOfAnswer(one, reply, at)
      one.answered(reply, at, call)
      at = next
    }
  }
}

/**
 * While a slot moves, some of its keys are on the old node and some on the new one. A Cluster then refuses calls on several of
 * them, or redirects them back and forth. Nothing has run, and calls on one key each are served.
 */
function isSentAround(error: unknown): boolean {
  return error instanceof Error && /\bTRYAGAIN\b|Too many Cluster redirections/.test(error.message)
}

/** Whether the reply has an answer to each question, and nothing more. */
function isOf(asked: readonly Question[], reply: Buffer): boolean {
  let at = timeBytes
  for (const one of asked) at = endOfAnswer(one, reply, at)
  return at === reply.length
}
