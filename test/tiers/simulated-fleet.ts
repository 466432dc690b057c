/** Nodes in one process over one store that all of them share, as processes share a Redis. */
import {
  memoryBackend,
  tieredBackend,
  type Backend,
  type CacheStore,
  type Logger,
  type TieredBackend,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { SimulatedBus, type SimulatedBusOptions } from './simulated-bus.ts'

interface FleetOptions extends Partial<SimulatedBusOptions> {
  readonly clock?: ManualClock
}

export interface SimulatedFleet {
  readonly clock: ManualClock
  readonly bus: SimulatedBus
  /** The truth itself. */
  readonly truth: CacheStore
  /** The shared backend as the node of that number sees it: a process of its own. */
  shared(node: number): Backend
  /** A tiered node on it. */
  tiered(node: number, options?: TieredNodeOptions): TieredBackend
}

interface TieredNodeOptions {
  readonly nearTtl?: number
  /** In place of the truth, as a slower way to it. */
  readonly entries?: CacheStore
  /** Stands between the tiers and what they share. */
  readonly sabotage?: (shared: Backend) => Backend
  readonly logger?: Logger
}

export function simulatedFleet({ clock = manualClock(), ...options }: FleetOptions = {}): SimulatedFleet {
  const bus = new SimulatedBus({ clock, ...options })
  const state = memoryBackend({ clock })
  const shared = (node: number): Backend => ({
    ...state,
    kind: 'simulated',
    shared: true,
    bus: bus.node(node),
  })
  return {
    clock,
    bus,
    truth: state.entries,
    shared,
    tiered: (
      node,
      { nearTtl = 60_000, entries = state.entries, sabotage = unharmed, logger = silent } = {},
    ) =>
      tieredBackend({
        near: memoryBackend({ clock }),
        far: sabotage({ ...shared(node), entries }),
        nearTtl,
        logger,
      }),
  }
}

const silent: Logger = { warn: () => undefined, error: () => undefined }

function unharmed(shared: Backend): Backend {
  return shared
}
