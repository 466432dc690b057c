/** Write-behind over a source and a cache that tests can look into, on a clock that they move. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Journal } from '@forebay/core'
import { manualClock, simulatedJournal, type ManualClock } from '@forebay/testing'
import { FlushLog } from '../../../packages/core/src/data-cache/write-behind/flush-log.ts'
import type { FlushContext } from '../../../packages/core/src/data-cache/write-behind/flush-context.ts'
import { JournalQueue } from '../../../packages/core/src/data-cache/write-behind/journal-queue.ts'
import { MemoryQueue } from '../../../packages/core/src/data-cache/write-behind/memory-queue.ts'
import { BufferedWrites } from '../../../packages/core/src/data-cache/write-behind/write-behind.ts'

export type Flush = (entries: [string, unknown][], context: FlushContext) => unknown

export interface BufferedOptions {
  readonly flush?: Flush
  readonly onDeadLetter?: (entries: [string, unknown][], error: Error) => void | Promise<void>
  readonly journal?: Journal
  readonly clock?: ManualClock
  readonly maxBatch?: number
  readonly maxPending?: number
  readonly retries?: number
}

export interface Buffered {
  readonly clock: ManualClock
  readonly writes: BufferedWrites<unknown>
  /** What reached the source, flush by flush: `a=1,b=2`. */
  readonly flushes: string[]
  readonly source: Map<string, unknown>
  readonly cached: Map<string, unknown>
  readonly logged: string[]
}

const textCodec = {
  id: 'text',
  encode: (value: unknown) => Buffer.from(JSON.stringify(value)),
  decode: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
}

/** Interval 1 s, backoff 100 ms doubling to 1 s without jitter, flush and close timeouts 10 s, write timeout 5 s, lease 3 s. */
export function buffered(options: BufferedOptions = {}): Buffered {
  const clock = options.clock ?? manualClock()
  const flushes: string[] = []
  const source = new Map<string, unknown>()
  const cached = new Map<string, unknown>()
  const logged: string[] = []
  const name = 'writeBehind'
  const { maxBatch = 3, maxPending = 100, retries = Infinity, journal } = options
  const log = new FlushLog(name, {
    warn: (text) => logged.push(`warn ${String(text)}`),
    error: (text) => logged.push(`error ${String(text)}`),
  })
  const line = { name, clock, mostWaiting: 5, timeoutMs: 5_000 }
  const queue =
    journal === undefined
      ? new MemoryQueue<unknown>({ ...line, maxPending })
      : new JournalQueue<unknown>({
          ...line,
          journal,
          stream: 'stream',
          codec: textCodec,
          random: () => 0.999_999,
          maxPending,
          leaseMs: 3_000,
        })
  const cache = {
    ownCopy: (value: unknown) => structuredClone(value),
    put: async (key: string, value: unknown) => void cached.set(key, value),
    forget: async (key: string) => void cached.delete(key),
    async reconcile(entries: readonly (readonly [string, unknown])[]) {
      for (const [key, value] of entries) {
        if (cached.get(key) !== value && !queue.hasNewer(key)) cached.delete(key)
      }
    },
  }
  const writes = new BufferedWrites<unknown>({
    name,
    clock,
    queue,
    cache,
    log,
    flush: async (entries, context) => {
      await options.flush?.(entries, context)
      flushes.push(entries.map(([key, value]) => `${key}=${String(value)}`).join(','))
      for (const [key, value] of entries) source.set(key, value)
    },
    onDeadLetter: options.onDeadLetter,
    flushed: ({ entries }) => cache.reconcile(entries),
    maxBatch,
    retries,
    intervalMs: 1_000,
    flushTimeoutMs: 10_000,
    closeTimeoutMs: 10_000,
    backoff: { firstMs: 100, mostMs: 1_000, random: () => 0.999_999 },
  })
  return { clock, writes, flushes, source, cached, logged }
}

/** What holds for both. */
export const kinds: readonly (readonly [string, (options?: BufferedOptions) => Buffered])[] = [
  ['in memory', buffered],
  [
    'with a journal',
    (options) => {
      const clock = manualClock()
      return buffered({ clock, journal: simulatedJournal(clock), ...options })
    },
  ],
]

/** Lets everything happen that waits for no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn()
}

/** Lets so much time pass in small steps, and everything happen on the way. */
export async function pass(clock: ManualClock, ms: number, stepMs: number = 50): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(Math.min(stepMs, ms - passed))
    await settle()
  }
}

/** Moves time on until all are done. */
export async function finish(clock: ManualClock, ...tasks: readonly Promise<unknown>[]): Promise<void> {
  const progress = { isDone: false }
  const done = Promise.all(tasks).finally(() => (progress.isDone = true))
  for (let i = 0; i < 1_000 && !progress.isDone; i++) await pass(clock, 20, 20)
  await done
}
