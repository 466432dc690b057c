/** The bus of a backend that no other node shares. */
import type { Undo } from '../ports/clock.ts'
import type { Bus, BusListener } from '../ports/bus.ts'

/**
 * Memory belongs to one node, and a publisher's own subscribers do not hear it: so there is nobody to tell, and nothing
 * is ever heard or missed.
 */
export const memoryBus: Bus = {
  publish(_topic: string, _message: string): void {},
  subscribe(_topic: string, _listener: BusListener): Undo {
    return () => {}
  },
}
