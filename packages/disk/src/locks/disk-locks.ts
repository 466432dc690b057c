/** Leases on disk: the same key has the same holders in every process of the machine. */
import type { Clock, Lease, LockStore } from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import { endsAtBytes, ExpiringTable } from '../environment/expiring-table.ts'
import { nameOf } from '../environment/names.ts'
import type { Table } from '../environment/table.ts'
import type { Upkeep } from '../environment/upkeep.ts'

export interface DiskLocksOptions {
  readonly environment: Environment
  readonly clock: Clock
  readonly upkeep: Upkeep
}

interface Holder {
  /** No two leases have the same: so it also tells whose this is. */
  readonly token: number
  readonly endsAt: number
}

const tokenKey = Buffer.from('token')

const holderBytes = 16

/** A process that dies holds its leases until they end. */
export class DiskLocks implements LockStore {
  readonly #environment: Environment
  readonly #clock: Clock
  readonly #upkeep: Upkeep
  readonly #held: ExpiringTable
  readonly #facts: Table

  constructor({ environment, clock, upkeep }: DiskLocksOptions) {
    this.#environment = environment
    this.#clock = clock
    this.#upkeep = upkeep
    this.#held = new ExpiringTable(environment, 'locks')
    this.#facts = environment.table('facts')
    upkeep.add(() => this.#held.sweep(this.#clock.now()))
  }

  acquire(key: string, ttlMs: number, most: number = 1): Lease | undefined {
    const name = nameOf(key)
    const token = this.#change(name, (holders, now) => {
      if (holders.length >= most) return undefined
      const next = this.#nextToken(now)
      this.#put(name, [...holders, { token: next, endsAt: now + ttlMs }], now)
      return next
    })
    if (token === undefined) return undefined
    return {
      token,
      renew: (renewedMs) =>
        this.#change(name, (holders, now) => {
          const others = holders.filter((holder) => holder.token !== token)
          if (others.length === holders.length) return false
          this.#put(name, [...others, { token, endsAt: now + renewedMs }], now)
          return true
        }),
      release: () =>
        this.#change(name, (holders, now) => {
          const others = holders.filter((holder) => holder.token !== token)
          if (others.length < holders.length) this.#put(name, others, now)
        }),
    }
  }

  #change<T>(name: Buffer, change: (holders: readonly Holder[], now: number) => T): T {
    this.#upkeep.used()
    return this.#environment.write(() => {
      // Not before: whoever held it until now may have kept this one waiting.
      const now = this.#clock.now()
      return change(readHolders(this.#held.get(name, now), now), now)
    })
  }

  #put(name: Buffer, holders: readonly Holder[], now: number): void {
    if (holders.length === 0) {
      this.#held.remove(name)
      return
    }
    const record = Buffer.alloc(endsAtBytes + holders.length * holderBytes)
    record.writeDoubleLE(Math.max(...holders.map(({ endsAt }) => endsAt)))
    for (const [index, { token, endsAt }] of holders.entries()) {
      record.writeDoubleLE(token, endsAtBytes + index * holderBytes)
      record.writeDoubleLE(endsAt, endsAtBytes + index * holderBytes + 8)
    }
    this.#held.put(name, record, { now, isNew: holders.length === 1 })
  }

  /** Of all locks together, in microseconds: it grows even when the file was lost. */
  #nextToken(now: number): number {
    const last = this.#facts.get(tokenKey)
    const token = Math.max((last?.readDoubleLE() ?? 0) + 1, Math.floor(now * 1_000))
    const record = Buffer.alloc(8)
    record.writeDoubleLE(token)
    this.#facts.put(tokenKey, record)
    return token
  }
}

/** Those whose time is not over. */
function readHolders(record: Buffer | undefined, now: number): readonly Holder[] {
  const holders: Holder[] = []
  if (record === undefined) return holders
  for (let at = endsAtBytes; at + holderBytes <= record.length; at += holderBytes) {
    const holder = { token: record.readDoubleLE(at), endsAt: record.readDoubleLE(at + 8) }
    if (holder.endsAt > now) holders.push(holder)
  }
  return holders
}
