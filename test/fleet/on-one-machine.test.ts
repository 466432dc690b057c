/**
 * Processes on one machine without a server between them: a shared backend that answers at once, without promises, and a bus
 * on which a message takes a while, because every process looks for it now and then.
 */
import { createCache, memoryBackend, type Backend, type BusListener, type Lease } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { heldApp, type HeldApp } from '../unit/response-cache-engine/held-app.ts'
import { quiet } from './held-fleet.ts'

const silent = { warn: () => undefined, error: () => undefined }

interface Machine {
  readonly apps: readonly HeldApp[]
  readonly backends: readonly Backend[]
  /** Those of whom nothing is heard any more. */
  readonly dead: Set<number>
  pass(ms: number): Promise<void>
  runs(): number
  /** Answers the only handler that runs. */
  answer(body: string): Promise<void>
}

function machine(size: number, busMs: number): Machine {
  const clock = manualClock()
  const store = memoryBackend({ clock })
  const listeners = new Set<{ readonly of: number; readonly topic: string; readonly listener: BusListener }>()
  const dead = new Set<number>()
  const backends = Array.from({ length: size }, (_, of): Backend => ({
    ...store,
    kind: 'machine',
    shared: true,
    locks: {
      acquire(key, ttlMs, most) {
        const lease = store.locks.acquire(key, ttlMs, most) as Lease | undefined
        return (
          lease && {
            token: lease.token,
            renew: (renewedMs) => dead.has(of) || lease.renew(renewedMs),
            release: () => (dead.has(of) ? undefined : lease.release()),
          }
        )
      },
    },
    bus: {
      publish(topic, message) {
        clock.schedule(busMs, () => {
          if (dead.has(of)) return
          for (const one of listeners) {
            if (one.of !== of && one.topic === topic) one.listener.message(message)
          }
        })
      },
      subscribe(topic, listener) {
        const own = { of, topic, listener }
        listeners.add(own)
        return () => listeners.delete(own)
      },
      isLive: () => true,
    },
  }))
  const apps = backends.map((backend) => heldApp({ backend, logger: silent }))
  return {
    apps,
    backends,
    dead,
    runs: () => apps.reduce((sum, { app }) => sum + app.runs, 0),
    async pass(ms) {
      for (let left = ms; left > 0; left -= 10) {
        clock.advance(10)
        await quiet()
      }
    },
    async answer(body) {
      const running = apps.filter((one) => one.running() > 0)
      expect(running.map((one) => one.running())).toEqual([1])
      await running[0]?.answer({ body })
      await quiet()
    },
  }
}

describe.each([0, 30, 90])('with a bus on which a message takes %i ms', (busMs) => {
  it('the handler runs once for all, who are served one such time after its end', async () => {
    const { apps, pass, answer, runs } = machine(4, busMs)
    const asked = apps.flatMap(({ app }) => Array.from({ length: 25 }, () => app.get()))
    await quiet()
    await pass(300)
    await answer('page')
    await pass(busMs + 10)
    const served = new Set((await Promise.all(asked)).map(({ body }) => body))
    expect([served, runs()]).toEqual([new Set(['page']), 1])
  })

  it('a purge while the handler runs is followed by one more run', async () => {
    const { apps, pass, answer, runs } = machine(3, busMs)
    const asked = apps.map(({ app }) => app.get())
    await quiet()
    await apps.find((one) => one.running() === 0)?.app.cache.clear()
    await answer('purged')
    await pass(600)
    await answer('page')
    await pass(600)
    expect((await Promise.all(asked)).map(({ body }) => body)).toContain('page')
    expect(runs()).toBe(2)
    expect((await apps[0]?.app.get())?.body).toBe('page')
  })

  it('what cannot be shared keeps nobody waiting for longer than one such time', async () => {
    const { apps, pass } = machine(3, busMs)
    const asked = apps.map(({ app }) => app.get())
    await quiet()
    const holder = apps.find((one) => one.running() > 0)
    await holder?.answer({ body: 'mine', fields: { 'cache-control': 'no-store' } })
    await pass(busMs + 10)
    expect(apps.filter((one) => one.running() === 1)).toHaveLength(2)
    for (const one of apps) if (one.running() > 0) await one.answer({ body: 'own' })
    await Promise.all(asked)
  })

  it('a value is loaded once for all', async () => {
    const { backends, pass } = machine(3, busMs)
    let loads = 0
    let give: (value: string) => void = () => undefined
    const caches = backends.map((backend) => createCache<string>({ backend, ttl: '1m', logger: silent }))
    const load = (): Promise<string> => {
      loads++
      return new Promise((resolve) => (give = resolve))
    }
    const asked = caches.flatMap((cache) => Array.from({ length: 10 }, () => cache.getOrLoad('k', load)))
    await quiet()
    give('value')
    await quiet()
    await pass(busMs + 10)
    expect([new Set(await Promise.all(asked)), loads]).toEqual([new Set(['value']), 1])
  })
})

it('a process that dies keeps the others waiting for no longer than its lease', async () => {
  const { apps, pass, answer, runs, dead } = machine(3, 30)
  const asked = apps.map(({ app }) => app.get())
  await quiet()
  const holder = apps.findIndex((one) => one.running() > 0)
  dead.add(holder)
  await pass(9_000)
  expect(runs()).toBe(1)
  await pass(1_000)
  expect(runs()).toBe(2)
  await apps[holder]?.answer({ body: 'late' })
  await answer('page')
  await pass(600)
  const bodies = (await Promise.all(asked)).map(({ body }) => body)
  expect(bodies.filter((_, index) => index !== holder)).toEqual(['page', 'page'])
})
