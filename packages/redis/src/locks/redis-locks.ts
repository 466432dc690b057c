/** Leases in Redis: the same key has the same holders in every process. */
import { randomBytes } from 'node:crypto'
import type { Clock, Lease, LockStore } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import { shortDigest } from '../short-digest.ts'
import { lockScripts, rememberedMs, type LockScripts } from './lock-scripts.ts'

export interface RedisLocksOptions {
  readonly connection: Connection
  readonly prefix: string
  /** The clock of this process. */
  readonly local: Clock
  /** For tests, whose scripts are told the time. */
  readonly scripts?: LockScripts
}

const scripts = lockScripts()

/** How often a release that Redis did not confirm is tried again, until the lease has ended by itself. */
const againMs = 100

type Granted = Pick<Lease, 'token' | 'freeForMs'>

interface Held {
  readonly keys: readonly string[]
  readonly holder: string
  /** On the local clock: it ends by itself then. */
  until: number
}

/**
 * Tokens are instants of the server in µs, so that a later holder's is greater even when Redis lost the lock. Rejects when
 * Redis does not answer in time; a lease that was granted all the same is given back. A release that Redis does not confirm is
 * repeated, because others would wait for a holder that no longer exists.
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
    const keys = [`${this.#prefix}lock1:${shortDigest(key)}`]
    const holder = `${this.#process}.${++this.#holders}`
    const held = { keys, holder, until: this.#local.now() + ttlMs }
    const granted = await this.#ask(keys, [holder, wholeMs(ttlMs), String(most)]).catch((error: unknown) => {
      // It may have been granted, or may still be.
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
