/** What the demo knows of a shop that serves. */
import type { AddressInfo, Server } from 'node:net'
import type { Shop } from './shop.ts'

export interface RunningShop {
  readonly framework: string
  readonly shop: Shop
  readonly port: number
  close(): Promise<void>
}

export type StartShop = (port: number) => Promise<RunningShop>

export function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port
}
