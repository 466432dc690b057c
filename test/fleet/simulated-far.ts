/** A far store, its locks and its bus, which several nodes in this process share, with faults at will. */
import { memoryBackend, type Backend, type BusListener, type FoundEntry, type Lease } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'

/** `lost`: what is said does not arrive, though nobody is told. `hung`: no answer, ever. */
export type LinkState = 'sound' | 'failing' | 'hung' | 'lost'

export interface FarNode {
  readonly backend: Backend
  readonly links: { entries: LinkState; locks: LinkState; bus: LinkState }
  /** What its locks tell of keys that nobody has held yet. */
  readonly unheld: { freeForMs?: number }
  /** Calls of the store, the locks and the bus by name. */
  readonly calls: Record<string, number>
  /** How often it hears words of fleets. */
  readonly subscriptions: () => number
  /** Its bus says that messages may have been missed. */
  gap(): void
  /** As by SIGKILL or SIGSTOP: nothing that it asks for arrives, and it hears nothing. */
  cutOff(): void
  /** As by SIGCONT. */
  reconnect(): void
}

export interface SimulatedFar {
  readonly clock: ManualClock
  node(): FarNode
}

interface Subscriber {
  readonly node: FarNode
  readonly topic: string
  readonly listener: BusListener
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const never = new Promise<never>(() => undefined)

export function simulatedFar(clock: ManualClock = manualClock()): SimulatedFar {
  const far = memoryBackend({ clock })
  const subscribers = new Set<Subscriber>()
  const known = new Set<string>()
  return { clock, node: () => nodeOn(far, subscribers, known) }
}

function nodeOn(far: Backend, subscribers: Set<Subscriber>, known: Set<string>): FarNode {
  const links: FarNode['links'] = { entries: 'sound', locks: 'sound', bus: 'sound' }
  const unheld: FarNode['unheld'] = {}
  const calls: Record<string, number> = {}
  const through = async <T>(
    part: keyof typeof links,
    name: string,
    ask: () => T | Promise<T>,
  ): Promise<T> => {
    calls[name] = (calls[name] ?? 0) + 1
    await turn()
    if (links[part] === 'failing') throw new Error(`${part} down`)
    if (links[part] !== 'sound') return await never
    const answer = await ask()
    await turn()
    return answer
  }
  const { entries, locks } = far
  const leaseOf = (lease: Lease, isFirst: boolean): Lease => ({
    token: lease.token,
    ...(isFirst ? unheld : {}),
    renew: (ttlMs) => through('locks', 'renew', () => lease.renew(ttlMs)),
    release: () => through('locks', 'release', () => lease.release()),
  })
  const backend: Backend = {
    ...far,
    kind: 'simulated',
    shared: true,
    entries: {
      get: (scope, key) => through('entries', 'get', () => entries.get(scope, key) as FoundEntry | undefined),
      getMany: (scope, keys) => through('entries', 'getMany', () => entries.getMany(scope, keys)),
      set: (scope, key, entry) => through('entries', 'set', () => entries.set(scope, key, entry)),
      touch: (scope, key, times) => through('entries', 'touch', () => entries.touch(scope, key, times)),
      delete: (scope, key) => through('entries', 'delete', () => entries.delete(scope, key)),
      stamp: (scope) => through('entries', 'stamp', () => entries.stamp(scope)),
      mark: (scope, marks, options) => through('entries', 'mark', () => entries.mark(scope, marks, options)),
      stats: () => entries.stats(),
    },
    locks: {
      acquire: (key, ttlMs, most) =>
        through('locks', 'acquire', async () => {
          const lease = await locks.acquire(key, ttlMs, most)
          const isFirst = lease !== undefined && !known.has(key)
          known.add(key)
          return lease && leaseOf(lease, isFirst)
        }),
    },
    health: async () => ({ ok: links.entries === 'sound', latencyMs: 0, detail: links.entries }),
    bus: {
      publish: (topic, message) =>
        links.bus === 'lost'
          ? undefined
          : through('bus', 'publish', () => {
              for (const { node: other, topic: heard, listener } of subscribers) {
                if (other !== node && heard === topic && other.links.bus === 'sound')
                  listener.message(message)
              }
            }),
      subscribe(topic, listener) {
        const subscriber = { node, topic, listener }
        subscribers.add(subscriber)
        return () => subscribers.delete(subscriber)
      },
    },
  }
  const node: FarNode = {
    backend,
    links,
    unheld,
    calls,
    subscriptions: () =>
      [...subscribers].filter((one) => one.node === node && one.topic.startsWith('fleet ')).length,
    gap() {
      for (const { node: other, listener } of subscribers) if (other === node) listener.gap()
    },
    cutOff: () => Object.assign(links, { entries: 'hung', locks: 'hung', bus: 'lost' }),
    reconnect: () => Object.assign(links, { entries: 'sound', locks: 'sound', bus: 'sound' }),
  }
  return node
}
