/** What the demo knows of a shop that serves. */
import type { AddressInfo, Server } from 'node:net'
import type { RedisBackend } from '@forebay/redis'
import type { Shop } from './shop.ts'

export interface RunningShop {
  readonly framework: string
  readonly shop: Shop
  readonly port: number
  close(): Promise<void>
}

/** Without a backend everything is in memory. */
export type StartShop = (port: number, backend: RedisBackend | undefined) => Promise<RunningShop>

export function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port
}
