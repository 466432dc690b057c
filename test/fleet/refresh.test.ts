/** Stale first: every node answers at once, and one of them refreshes. */
import { expect, it } from 'vitest'
import { createResponseCacheGate } from '@forebay/core'
import { fakeApp, type FakeOptions } from '../unit/response-cache-engine/fake-app.ts'
import { heldFleet, quiet, type HeldFleet } from './held-fleet.ts'
import { simulatedFar } from './simulated-far.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

async function filled(size: number, options: FakeOptions): Promise<HeldFleet> {
  const fleet = heldFleet(size, { ttl: '10s', ...options })
  const first = fleet.node(0).app.get()
  await quiet()
  await fleet.answer({ body: 'old' })
  await first
  return fleet
}

it('refreshes what is stale once, however many nodes answer with it meanwhile', async () => {
  const fleet = await filled(4, { staleWhileRevalidate: '1h' })
  await fleet.pass(11_000)
  for (let time = 0; time < 5; time++) {
    for (const { body } of await Promise.all(fleet.ask(3))) expect(body).toBe('old')
    await fleet.pass(1_000)
    expect(sum(fleet.running())).toBe(1)
  }
  await fleet.answer({ body: 'new' })
  for (const { body } of await Promise.all(fleet.ask(3))) expect(body).toBe('new')
  await quiet()
  expect(sum(fleet.runs())).toBe(2)
  expect(sum(fleet.nodes.map(({ app }) => app.cache.stats().refreshes))).toBe(1)
})

it('refreshes once also where a node has read what is stale before, and asks for the lease after it', async () => {
  const fleet = await filled(2, { staleWhileRevalidate: '1h' })
  await fleet.pass(11_000)
  const { locks } = fleet.node(1).backend
  const { acquire } = locks
  let ask = (): void => undefined
  locks.acquire = async (...words) => {
    await new Promise<void>((resolve) => (ask = resolve))
    return await acquire(...words)
  }
  expect((await fleet.node(0).app.get()).body).toBe('old')
  expect((await fleet.node(1).app.get()).body).toBe('old')
  await quiet()
  await fleet.answer({ body: 'new' })
  ask()
  await quiet()
  expect(fleet.running()).toEqual([0, 0])
  expect((await fleet.node(1).app.get()).body).toBe('new')
})

it('refreshes again where the node that did it died', async () => {
  const fleet = await filled(2, { staleWhileRevalidate: '1h', lease: '2s' })
  await fleet.pass(11_000)
  expect((await fleet.node(0).app.get()).body).toBe('old')
  await quiet()
  expect(fleet.running()).toEqual([1, 0])
  fleet.node(0).cutOff()
  await fleet.pass(2_000)
  expect((await fleet.node(1).app.get()).body).toBe('old')
  await quiet()
  expect(fleet.running()).toEqual([1, 1])
  await fleet.node(1).answer({ body: 'new' })
  await quiet()
  expect((await fleet.node(1).app.get()).body).toBe('new')
})

it('serves those for whom it is too stale by the refresh of another node', async () => {
  const fleet = await filled(2, { staleWhileRevalidate: '10s' })
  await fleet.pass(19_000)
  expect((await fleet.node(0).app.get()).body).toBe('old')
  await quiet()
  expect(fleet.running()).toEqual([1, 0])
  await fleet.pass(2_000)
  const late = [fleet.node(1).app.get(), fleet.node(0).app.get()]
  await quiet()
  await fleet.answer({ body: 'new' })
  expect((await Promise.all(late)).map(({ body }) => body)).toEqual(['new', 'new'])
  expect(sum(fleet.runs())).toBe(2)
})

it('lets a request that waits in the process go on when its own node does not refresh', async () => {
  const fleet = await filled(2, { staleWhileRevalidate: '10s' })
  await fleet.pass(19_950)
  expect((await fleet.node(0).app.get()).body).toBe('old')
  await quiet()
  // Its refresh has begun on node 1, too, and is asking for the lease when the stale window ends.
  expect((await fleet.node(1).app.get()).body).toBe('old')
  fleet.clock.advance(60)
  const late = fleet.node(1).app.get()
  await quiet()
  expect(fleet.running()).toEqual([1, 0])
  await fleet.answer({ body: 'new' })
  expect((await late).body).toBe('new')
})

it('refreshes early at most once at a time', async () => {
  const far = simulatedFar()
  const nodes = Array.from({ length: 4 }, () => far.node())
  let runs = 0
  let finish: (() => void)[] = []
  const apps = nodes.map((node) => {
    const app = fakeApp(
      async () => {
        runs++
        if (runs > 1) await new Promise<void>((resolve) => finish.push(resolve))
        else far.clock.advance(500)
        return { body: `made ${runs}` }
      },
      { backend: node.backend, ttl: '60s' },
      far.clock,
    )
    return app
  })
  const gates = nodes.map((node) =>
    createResponseCacheGate({ backend: node.backend, ttl: '60s', jitter: 0 }, { random: () => 0.999 }),
  )
  expect((await apps[0]?.get())?.body).toBe('made 1')
  await quiet()
  // Close to its end, every use draws a refresh.
  far.clock.advance(59_000)
  for (let time = 0; time < 2; time++) {
    for (const [index, gate] of gates.entries()) {
      const app = apps[index]
      const exchange = app?.exchange({})
      if (app === undefined || exchange === undefined) throw new Error('an app per gate')
      const { redispatch } = exchange
      // Its refreshes come back to this gate.
      Object.assign(exchange, {
        redispatch: (...[token]: Parameters<typeof redispatch>) => {
          const again = app.exchange({ refresh: token })
          return Promise.resolve(gate.handle(again)).then(async (outcome) => {
            await app.finish(again, outcome)
          })
        },
      })
      expect(await gate.handle(exchange)).toMatchObject({ type: 'respond', response: { status: 200 } })
    }
    await quiet()
    expect(runs).toBe(2)
  }
  for (const one of finish) one()
  finish = []
  await quiet()
  expect((await apps[1]?.get())?.body).toBe('made 2')
})
