/** Leases in Redis: the same key has the same holders in every process. */
import { randomBytes } from 'node:crypto'
import { digest, type Clock, type Lease, type LockStore } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import { lockScripts, rememberedMs, type LockScripts } from './lock-scripts.ts'

export interface RedisLocksOptions {
  readonly connection: Connection
  readonly prefix: string
  /** The clock of this process. */
  readonly local: Clock
  /** Default the ones for production; for tests some with a time of their own. */
  readonly scripts?: LockScripts
}

const scripts = lockScripts()

/** 128 bits: nobody finds two keys that share a name. */
const digestLength = 22

/** How often a lease whose end Redis has not confirmed is given up again, until it is over by itself. */
const againMs = 100

type Granted = Pick<Lease, 'token' | 'freeForMs'>

interface Held {
  readonly keys: readonly string[]
  readonly holder: string
  /** From then on it is over by itself. */
  until: number
}

/**
 * Tokens are instants of the server, so that a later holder's is greater even when Redis lost the lock. Rejects when Redis
 * does not answer in time; a lease that was granted all the same is given back. What is not confirmed to be given up is
 * given up again, as others would wait for a holder that there is not.
 */
export class RedisLocks implements LockStore {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #scripts: LockScripts
  readonly #local: Clock
  /** Tells this process's holders from all others. */
  readonly #process = randomBytes(12).toString('base64url')
  #holders = 0

  constructor(options: RedisLocksOptions) {
    this.#connection = options.connection
    this.#prefix = options.prefix
    this.#scripts = options.scripts ?? scripts
    this.#local = options.local
  }

  async acquire(key: string, ttlMs: number, most: number = 1): Promise<Lease | undefined> {
    const keys = [`${this.#prefix}lock1:${digest(key).slice(0, digestLength)}`]
    const holder = `${this.#process}.${++this.#holders}`
    const held = { keys, holder, until: this.#local.now() + ttlMs }
    const granted = await this.#ask(keys, [holder, wholeMs(ttlMs), String(most)]).catch((error: unknown) => {
      // It may have been granted, or may yet be.
      this.#release(held).catch(ignore)
      throw error
    })
    if (granted === undefined) return undefined
    return {
      ...granted,
      renew: async (renewedMs) => {
        held.until = this.#local.now() + renewedMs
        const call = { keys, words: [holder, wholeMs(renewedMs)] }
        return (await runScript(this.#connection, this.#scripts.renew, call)) === 1
      },
      release: () => this.#release(held),
    }
  }

  /** Rejects when Redis did not confirm it now. */
  async #release(held: Held): Promise<void> {
    const { keys, holder, until } = held
    try {
      const reply = await runScript(this.#connection, this.#scripts.release, { keys, words: [holder] })
      if (typeof reply !== 'number') throw noAnswer()
    } catch (error) {
      if (!this.#connection.isClosed && this.#local.now() < until) {
        this.#local.schedule(againMs, () => void this.#release(held).catch(ignore))
      }
      throw error
    }
  }

  async #ask(keys: readonly string[], words: readonly string[]): Promise<Granted | undefined> {
    const reply = await runScript(this.#connection, this.#scripts.acquire, { keys, words })
    if (reply === null || reply === undefined) return undefined
    const [word, isFirst] = Array.isArray(reply) ? (reply as readonly unknown[]) : []
    const token = Number(Buffer.isBuffer(word) ? word.toString() : Number.NaN)
    if (!Number.isFinite(token)) throw noAnswer()
    return isFirst === 1 ? { token, freeForMs: rememberedMs } : { token }
  }
}

function noAnswer(): TypeError {
  return new TypeError('Redis answered with something that is no answer of a lock')
}

function wholeMs(ms: number): string {
  return String(Math.max(1, Math.round(ms)))
}

function ignore(): void {}
