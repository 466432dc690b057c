/** One fault: what breaks, how it is mended, and what comes of an app under load meanwhile. */
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'
import type { Backend, Logger } from '@forebay/core'
import type { AdapterHarness } from '@forebay/testing'
import { until } from '../redis/until.ts'
import { freshCounts, LoadedApp, timeoutMs } from './loaded-app.ts'
import { report } from './report.ts'

export interface Scene {
  readonly backend: Backend
  /** Begins the fault. */
  hurt(): Promise<void> | void
  /** Ends it. */
  mend(): Promise<void> | void
  /** Whether the backend answers, asked by another way. */
  answers(): Promise<boolean>
  stop(): Promise<void>
}

export interface Fault {
  readonly name: string
  readonly harness: AdapterHarness
  readonly lastsMs: number
  /** How many places may count a window of one key between them; default 2: the backend, and this process by itself. */
  readonly quotas?: number
  /** Whether the app certainly does without the backend meanwhile. Default true. */
  readonly breaks?: boolean
  /** The app starts while the fault is there already. */
  readonly fromTheStart?: boolean
  scene(): Promise<Scene>
}

/** What a backend itself says in the log is not looked at here. */
export const quiet: Logger = { warn: () => {}, error: () => {} }

export const isFull: boolean = process.env['FOREBAY_FAULTS'] === 'full'

/** Long in the full suite, short in every other. */
export function lasting(longMs: number, shortMs: number): number {
  return isFull ? longMs : shortMs
}

/** A machine under load may take its time. */
const patienceMs = 30_000

const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** Runs the fault and holds the app to its bars. Timings are reported, and asserted with much slack only. */
export async function suffer(fault: Fault): Promise<void> {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const scene = await fault.scene()
  const app = new LoadedApp(scene.backend)
  try {
    await play(fault, scene, app)
  } finally {
    await app.stop()
    await scene.backend.close()
    await scene.stop()
    await wait(20)
    process.off('unhandledRejection', onUnhandled)
  }
  expect(unhandled).toEqual([])
}

async function play(fault: Fault, scene: Scene, app: LoadedApp): Promise<void> {
  const { quotas = 2, breaks = true, fromTheStart = false } = fault
  if (fromTheStart) await scene.hurt()
  await app.start(fault.harness)
  app.load()
  if (!fromTheStart) {
    await until(
      'the backend to decide and to serve',
      () => app.admissions.byBackend > 20 && app.cache.stats().hits > 20,
      patienceMs,
    )
    await wait(lasting(1_000, 150))
  }
  app.counts = freshCounts()
  collectGarbage()
  const heapBefore = process.memoryUsage().heapUsed
  const alone = app.admissions.byItself
  if (!fromTheStart) await scene.hurt()
  await wait(fault.lastsMs / 2)
  const purged = await app.purge(3)
  await wait(fault.lastsMs / 2)
  const byItself = app.admissions.byItself - alone
  await scene.mend()
  await until('the backend to answer', () => scene.answers(), patienceMs)
  const answersAt = performance.now()
  const before = { decided: app.admissions.byBackend, hits: app.cache.stats().hits }
  await until(
    'the app to notice',
    () => {
      const isClosed = app.limiter.stats().backend === 'closed' && app.cache.stats().backend === 'closed'
      return isClosed && app.admissions.byBackend > before.decided
    },
    patienceMs,
  )
  const recoveredMs = performance.now() - answersAt
  await until('hits again', () => app.cache.stats().hits > before.hits + 20, patienceMs)
  await app.purge(4)
  await wait(lasting(1_000, 100))
  const { counts } = app
  collectGarbage()
  const grownBytes = process.memoryUsage().heapUsed - heapBefore
  report({
    fault: fault.name,
    framework: fault.harness.name,
    requests: counts.requests,
    failed: counts.failed,
    longestWaitMs: counts.longestWaitMs,
    longestAddedMs: counts.longestAddedMs,
    openWaitMs: median(counts.openWaitsMs),
    wrongAdmissions: app.admissions.beyond(quotas),
    mostAdmitted: app.admissions.most,
    wrongBodies: counts.wrongBodies,
    recoveredMs: byItself > 0 ? recoveredMs : undefined,
    grownBytes,
    logged: app.logged,
    purgeConfirmed: purged,
  })
  expect({ ...counts, openWaitsMs: [] }).toMatchObject({ failed: 0, wrongBodies: 0, words: [] })
  expect(app.admissions.beyond(quotas)).toBe(0)
  if (breaks) expect(byItself).toBeGreaterThan(0)
  // The bars are timeout + 50 ms and 1 s, and two lines an outage; a machine under load makes outages of its own.
  expect(counts.longestAddedMs).toBeLessThan(timeoutMs + 3_000)
  expect(recoveredMs).toBeLessThan(10_000)
  expect(app.logged.filter((line) => !/backend failed|answers again|decode failed/.test(line))).toEqual([])
  expect(app.logged.length, app.logged.join('\n')).toBeLessThanOrEqual(20)
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
