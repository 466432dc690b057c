/** Leases in Redis: the same key has the same holders in every process. */
import { randomBytes } from 'node:crypto'
import { digest, type Clock, type Lease, type LockStore } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import { lockScripts, type LockScripts } from './lock-scripts.ts'

export interface RedisLocksOptions {
  readonly connection: Connection
  readonly prefix: string
  /** The clock of this process. */
  readonly local: Clock
  /** Default the ones for production; for tests some with a time of their own. */
  readonly scripts?: LockScripts
}

const scripts = lockScripts()

/** How long after a failure a lease that nobody has is given back; longer each time. */
const firstAgainMs = 250

/** 128 bits: nobody finds two keys that share a name. */
const digestLength = 22

/**
 * Tokens are instants of the server, so that a later holder's is greater even when Redis lost the lock. Rejects when Redis
 * does not answer in time; a lease that was granted all the same is given back.
 */
export class RedisLocks implements LockStore {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #local: Clock
  readonly #scripts: LockScripts
  /** Tells this process's holders from all others. */
  readonly #process = randomBytes(12).toString('base64url')
  #holders = 0

  constructor(options: RedisLocksOptions) {
    this.#connection = options.connection
    this.#prefix = options.prefix
    this.#local = options.local
    this.#scripts = options.scripts ?? scripts
  }

  async acquire(key: string, ttlMs: number, most: number = 1): Promise<Lease | undefined> {
    const keys = [`${this.#prefix}lock1:${digest(key).slice(0, digestLength)}`]
    const holder = `${this.#process}.${++this.#holders}`
    const release = async (): Promise<void> => {
      await runScript(this.#connection, this.#scripts.release, { keys, words: [holder] })
    }
    const token = await this.#ask(keys, [holder, wholeMs(ttlMs), String(most)]).catch((error: unknown) => {
      // It may have been granted, or may yet be: then everybody would wait for a holder that there is not.
      this.#giveBack(release, firstAgainMs, ttlMs)
      throw error
    })
    if (token === undefined) return undefined
    return {
      token,
      renew: async (renewedMs) => {
        const call = { keys, words: [holder, wholeMs(renewedMs)] }
        return Number(await runScript(this.#connection, this.#scripts.renew, call)) === 1
      },
      release,
    }
  }

  /** Until Redis takes it, or the lease has ended by itself. */
  #giveBack(release: () => Promise<void>, againMs: number, leftMs: number): void {
    release().catch(() => {
      if (leftMs <= 0) return
      this.#local.schedule(againMs, () => this.#giveBack(release, againMs * 2, leftMs - againMs))
    })
  }

  async #ask(keys: readonly string[], words: readonly string[]): Promise<number | undefined> {
    const reply = await runScript(this.#connection, this.#scripts.acquire, { keys, words })
    return reply === null || reply === undefined ? undefined : Number(reply)
  }
}

function wholeMs(ms: number): string {
  return String(Math.max(1, Math.round(ms)))
}
